"""A release by helm itself: it installs, upgrades and goes, and the resources stay."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.cluster.binaries import find_binaries
from tests.cluster.control_plane import ControlPlane, running_control_plane
from tests.cluster.helm import CHART, RELEASE, run_helm
from tests.cluster.rights import DEFINITION
from tests.operator.crd.manifests import MINIMAL, resource

SET_ASIDE = "crds.enabled=false"


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    """A cluster that knows nothing of DatasetRefresh yet."""
    with running_control_plane(find_binaries()) as running:
        yield running


def helm(plane: ControlPlane, *arguments: str) -> str:
    ended = run_helm(*arguments, f"--kubeconfig={plane.admin_kubeconfig}", "--namespace=default")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_resources_outlive_a_release_and_an_upgrade_renews_the_operator(
    plane: ControlPlane,
) -> None:
    told = helm(plane, "install", RELEASE, str(CHART))
    manifest = json.dumps(resource(MINIMAL, "prices"))
    plane.kubectl("create", "--filename=-", given=manifest)
    helm(plane, "upgrade", RELEASE, str(CHART), "--set=replicas=2")
    replicas = plane.kubectl("get", "deployment", RELEASE, "--output=jsonpath={.spec.replicas}")

    helm(plane, "uninstall", RELEASE)

    assert "looks after DatasetRefreshes of default" in told
    assert replicas == "2"
    assert plane.kubectl("get", "deployment,serviceaccount", "--output=name").split() == [
        "serviceaccount/default"
    ]
    assert plane.kubectl("get", "dsr", "--output=name").split() == [
        "datasetrefresh.superzol.com/prices"
    ]


def test_where_the_description_is_the_chart_goes_in_without_it_as_its_readme_says(
    plane: ControlPlane,
) -> None:
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    (words,) = re.findall(r'finds "([^"]+)"', readme)
    plane.kubectl("create", "--filename=-", given=DEFINITION.read_text(encoding="utf-8"))
    place = (f"--kubeconfig={plane.admin_kubeconfig}", "--namespace=default")
    refused = run_helm("install", RELEASE, str(CHART), *place)

    assert words in refused.stderr
    assert "looks after" in helm(plane, "install", RELEASE, str(CHART), "--set", SET_ASIDE)
    assert f"install with `--set {SET_ASIDE}`" in readme
