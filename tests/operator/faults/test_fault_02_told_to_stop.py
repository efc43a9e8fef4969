"""Fault 2: SIGTERM in the middle of a run."""

import time

from tests.cluster.scene import Scene
from tests.cluster.waiting import until

LEASE = "superzol-operator"


async def holder(scene: Scene) -> str:
    lease = await scene.namespace.find("leases", LEASE)
    return str((lease or {}).get("spec", {}).get("holderIdentity", ""))


async def test_fault_02_operator_told_to_stop_leaves_its_lease_and_no_job(scene: Scene) -> None:
    opened = scene.etl.hold("fetch")
    await scene.apply()
    before = await scene.until_stage("fetch")
    first = await holder(scene)

    seconds = await scene.operator.terminate()

    assert (seconds < 10, scene.operator.process.returncode) == (True, 0)
    assert (first != "", await holder(scene)) == (True, "")
    job = await scene.namespace.read("jobs", before["metadata"]["name"])
    assert job["metadata"]["uid"] == before["metadata"]["uid"]

    began = time.monotonic()
    await scene.operator.start()
    await until(lambda: holder(scene))
    assert time.monotonic() - began < 5
    opened.set()
    await scene.until_ended("Succeeded")
