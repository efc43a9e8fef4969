"""What a person sees of a DatasetRefresh with kubectl alone."""

import json
from collections.abc import Iterator

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.operator.crd.manifests import MINIMAL, resource

STATUS = {
    "observedGeneration": 1,
    "conditions": [
        {
            "type": "Ready",
            "status": "True",
            "reason": "PartiallyLoaded",
            "message": "chains held back: rami_levy",
            "lastTransitionTime": "2026-11-20T00:00:00Z",
        }
    ],
    "artifact": {"revision": "v812@blake3:9f", "version": 812, "rows": 24800000},
    "currentRun": {"id": "m-1", "stage": "load"},
    "lastRun": {"id": "s-1", "result": "Partial"},
    "lastSuccessTime": "2026-11-20T00:00:00Z",
    "nextRunTime": "2030-01-01T00:00:00Z",
}
HEADER = ["NAME", "DATASET", "READY", "REASON", "REVISION", "STAGE", "LAST", "SUCCESS", "NEXT"]


@pytest.fixture
def name(control_plane: ControlPlane) -> Iterator[str]:
    manifest = resource(MINIMAL)
    created = str(manifest["metadata"]["name"])
    control_plane.kubectl("create", "--filename=-", given=json.dumps(manifest))
    patch = json.dumps({"status": STATUS})
    control_plane.kubectl(
        "patch", "dsr", created, "--subresource=status", "--type=merge", f"--patch={patch}"
    )
    yield created
    control_plane.kubectl("delete", "dsr", created)


def test_the_columns_tell_what_is_served_and_when_more_comes(
    control_plane: ControlPlane, name: str
) -> None:
    header, row = control_plane.kubectl("get", "dsr", name).splitlines()

    assert header.split() == [*HEADER, "AGE"]
    *cells, age = row.split()
    dataset = MINIMAL["source"]["kaggle"]["dataset"]
    assert cells[:6] == [name, dataset, "True", "PartiallyLoaded", "v812@blake3:9f", "load"]
    assert cells[7] == "2030-01-01T00:00:00Z"
    assert age.endswith("s")


def test_wide_columns_tell_schedule_rows_and_message(
    control_plane: ControlPlane, name: str
) -> None:
    header, row = control_plane.kubectl("get", "dsr", name, "--output=wide").splitlines()

    assert header.split()[-4:] == ["SCHEDULE", "SUSPEND", "ROWS", "MESSAGE"]
    assert row.endswith("chains held back: rami_levy")
    assert row.split()[-11:-4] == ["0", "2", "*", "*", "*", "false", "24800000"]


def test_the_category_lists_it_and_all_does_not(control_plane: ControlPlane, name: str) -> None:
    assert f"/{name}" in control_plane.kubectl("get", "superzol", "--output=name")
    assert f"/{name}" not in control_plane.kubectl("get", "all", "--output=name")


@pytest.mark.parametrize("selector", ["spec.suspend=false", "status.lastRun.result=Partial"])
def test_a_field_selects_what_has_its_value(
    control_plane: ControlPlane, name: str, selector: str
) -> None:
    found = control_plane.kubectl("get", "dsr", "--output=name", f"--field-selector={selector}")

    assert f"/{name}" in found


@pytest.mark.parametrize("selector", ["spec.suspend=true", "status.lastRun.result=Failed"])
def test_a_field_does_not_select_what_has_another_value(
    control_plane: ControlPlane, name: str, selector: str
) -> None:
    found = control_plane.kubectl("get", "dsr", "--output=name", f"--field-selector={selector}")

    assert f"/{name}" not in found


def test_explain_tells_what_a_field_means(control_plane: ControlPlane, name: str) -> None:
    told = control_plane.kubectl("explain", "dsr.spec.validate.maxHeldBackPercent")

    assert "Ready is False when more of the chains are held back." in told
