"""Fault 2: SIGTERM in the middle of a run."""

import pytest

from tests.cluster.scene import Scene
from tests.cluster.waiting import PATIENCE_SECONDS, until

LEASE = "superzol-operator"
GRACE_SECONDS = 30  # that Kubernetes gives a pod


@pytest.fixture
def settings() -> dict[str, str]:
    """A Lease that nobody left would not run out while a test waits."""
    return {"SUPERZOL_OPERATOR_LEASE_SECONDS": str(int(PATIENCE_SECONDS * 2))}


async def holder(scene: Scene) -> str:
    lease = await scene.namespace.find("leases", LEASE)
    return str((lease or {}).get("spec", {}).get("holderIdentity", ""))


async def test_fault_02_operator_told_to_stop_leaves_its_lease_and_no_job(scene: Scene) -> None:
    opened = scene.etl.hold("fetch")
    await scene.apply()
    before = await scene.until_stage("fetch")
    first = await holder(scene)

    seconds = await scene.operator.terminate()

    assert (seconds < GRACE_SECONDS, scene.operator.process.returncode) == (True, 0)
    assert (first != "", await holder(scene)) == (True, "")
    job = await scene.namespace.read("jobs", before["metadata"]["name"])
    assert job["metadata"]["uid"] == before["metadata"]["uid"]

    await scene.operator.start()
    await until(lambda: holder(scene))
    opened.set()
    await scene.until_ended("Succeeded")
