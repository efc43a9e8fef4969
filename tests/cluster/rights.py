"""What the operator finds in a cluster: its kind of resource, and the rights of its chart."""

from functools import cache

from tests.cluster.control_plane import ControlPlane
from tests.cluster.helm import CHART, RELEASE, render

ACCOUNT = RELEASE
DEFINITION = CHART / "files" / "datasetrefreshes.yaml"
ANY_NAMESPACE = "namespace-of-the-test"


def install_definitions(plane: ControlPlane) -> None:
    """Makes DatasetRefresh a kind that the API server knows and serves."""
    plane.kubectl("apply", "--server-side", f"--filename={DEFINITION}")
    # not by its conditions: kubectl gives up on a description that has none yet
    named = "--for=jsonpath={.status.acceptedNames.kind}=DatasetRefresh"
    plane.kubectl("wait", named, f"--filename={DEFINITION}")
    plane.kubectl("wait", "--for=condition=Established", f"--filename={DEFINITION}")


def grant_rights(plane: ControlPlane, namespace: str) -> None:
    """Makes the operator's account and its rights in a namespace, as the chart does."""
    rights = _rights().replace(ANY_NAMESPACE, namespace)
    plane.kubectl("apply", "--server-side", "--filename=-", given=rights)


@cache
def _rights() -> str:
    only = [f"--show-only=templates/{name}.yaml" for name in ("serviceaccount", "rights")]
    return render(ANY_NAMESPACE, None, *only)
