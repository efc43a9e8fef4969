"""What the operator finds in a cluster: its kind of resource, and the rights of its chart."""

from pathlib import Path

from tests.cluster.binaries import ROOT
from tests.cluster.control_plane import ControlPlane

ACCOUNT = "superzol-operator"
DEFINITION = ROOT / "charts/superzol-operator/files/datasetrefreshes.yaml"
RIGHTS = Path(__file__).with_name("rights.yaml")


def install_definitions(plane: ControlPlane) -> None:
    """Makes DatasetRefresh a kind that the API server knows and serves."""
    plane.kubectl("apply", "--server-side", f"--filename={DEFINITION}")
    plane.kubectl("wait", "--for=condition=Established", f"--filename={DEFINITION}")


def grant_rights(plane: ControlPlane, namespace: str) -> None:
    """Makes the operator's account and its rights in a namespace."""
    plane.kubectl("apply", "--server-side", f"--namespace={namespace}", f"--filename={RIGHTS}")
