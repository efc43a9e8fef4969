"""What the operator finds in a cluster: its kind of resource, and the rights of its chart."""

import json
import time
from functools import cache

from tests.cluster.control_plane import ControlPlane
from tests.cluster.helm import CHART, RELEASE, render
from tests.cluster.waiting import PATIENCE_SECONDS

ACCOUNT = RELEASE
DEFINITION = CHART / "files" / "datasetrefreshes.yaml"
NAME = "datasetrefreshes.superzol.com"
ANY_NAMESPACE = "namespace-of-the-test"


def install_definitions(plane: ControlPlane, definition: str | None = None) -> None:
    """Makes DatasetRefresh a kind that the API server knows and serves.

    definition: another one than that of the chart.
    """
    plane.kubectl(
        "apply", "--server-side", "--filename=-", given=definition or DEFINITION.read_text()
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_served(plane):
        assert time.monotonic() < deadline, f"{NAME} is not served"
        time.sleep(0.05)


def grant_rights(plane: ControlPlane, namespace: str) -> None:
    """Makes the operator's account and its rights in a namespace, as the chart does."""
    rights = _rights().replace(ANY_NAMESPACE, namespace)
    plane.kubectl("apply", "--server-side", "--filename=-", given=rights)


def _is_served(plane: ControlPlane) -> bool:
    # kubectl's own wait and jsonpath fail while there are no conditions at all
    found = json.loads(plane.kubectl("get", f"crd/{NAME}", "--output=json"))
    conditions = found.get("status", {}).get("conditions") or []
    return ("Established", "True") in [(each["type"], each["status"]) for each in conditions]


@cache
def _rights() -> str:
    only = [f"--show-only=templates/{name}.yaml" for name in ("serviceaccount", "rights")]
    return render(ANY_NAMESPACE, None, *only)
