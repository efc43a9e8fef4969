"""Resources written before a field or a rule existed live on when the description is replaced."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.cluster.binaries import find_binaries
from tests.cluster.control_plane import ControlPlane, running_control_plane
from tests.cluster.rights import install_definitions
from tests.operator.crd.manifests import MINIMAL, changed, resource
from tests.operator.crd.schema import CRD

LATER = ["validate", "load", "run", "retry", "retention", "deletionPolicy", "suspend"]


def first_definition() -> dict[str, Any]:
    """A description with fewer fields and no rules."""
    definition = deepcopy(CRD)
    del definition["spec"]["versions"][0]["selectableFields"]
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for field in LATER:
        del schema["properties"]["spec"]["properties"][field]
    without_rules(schema)
    return definition


def without_rules(schema: dict[str, Any]) -> None:
    schema.pop("x-kubernetes-validations", None)
    for value in schema.values():
        if isinstance(value, dict):
            without_rules(value)


@pytest.fixture(scope="module")
def upgraded() -> Iterator[ControlPlane]:
    """An API server that held two resources, one of them against today's rules."""
    wrong = changed(MINIMAL, "schedule.cron", "0 0 2 * * *")
    with running_control_plane(find_binaries()) as plane:
        plane.kubectl(
            "apply", "--server-side", "--filename=-", given=json.dumps(first_definition())
        )
        plane.kubectl("wait", "--for=condition=Established", f"crd/{CRD['metadata']['name']}")
        for manifest in (resource(MINIMAL, "old"), resource(wrong, "wrong")):
            plane.kubectl("create", "--filename=-", given=json.dumps(manifest))
        install_definitions(plane)
        yield plane


def read(plane: ControlPlane, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(plane.kubectl("get", "dsr", name, "--output=json"))
    return found


def test_an_old_resource_is_read_with_the_defaults_of_new_fields(upgraded: ControlPlane) -> None:
    spec = read(upgraded, "old")["spec"]

    assert spec["load"] == {"shards": 4, "parallelism": 2}
    assert spec["suspend"] is False
    assert spec["deletionPolicy"] == "Retain"


@pytest.mark.parametrize("name", ["old", "wrong"])
def test_the_status_of_an_old_resource_can_be_written(upgraded: ControlPlane, name: str) -> None:
    patch = json.dumps({"status": {"observedGeneration": 1}})

    upgraded.kubectl(
        "patch", "dsr", name, "--subresource=status", "--type=merge", f"--patch={patch}"
    )

    assert read(upgraded, name)["status"]["observedGeneration"] == 1


def test_a_resource_against_a_newer_rule_can_be_edited_elsewhere(upgraded: ControlPlane) -> None:
    upgraded.kubectl("patch", "dsr", "wrong", "--type=merge", '--patch={"spec":{"suspend":true}}')

    assert read(upgraded, "wrong")["spec"]["suspend"] is True
