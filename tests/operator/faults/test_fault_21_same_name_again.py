"""Fault 21: a resource is deleted, and another one of its name is created."""

from tests.cluster.kubelet import Running
from tests.cluster.scene import DATASETS, Scene


async def test_fault_21_new_resource_takes_over_no_job_of_the_old_one(scene: Scene) -> None:
    scene.etl.endings["load"] = [Running(), Running()]
    old = await scene.apply()
    await scene.until_stage("load")
    # its Job lives on for as long as its pods take to end
    scene.kubelet.grace_seconds = 1.0
    await scene.namespace.delete(DATASETS, "prices", "Foreground")
    await scene.until_gone(old)

    new = await scene.apply()
    status = await scene.until_ended("Succeeded")

    assert status["lastRun"]["id"] == "g-1"
    runs = {
        uid: {work.stage for work in scene.witness.jobs if work.resource_uid == uid}
        for uid in (old["metadata"]["uid"], new["metadata"]["uid"])
    }
    assert list(runs.values()) == [{"fetch", "load"}, {"fetch", "load", "publish"}]
