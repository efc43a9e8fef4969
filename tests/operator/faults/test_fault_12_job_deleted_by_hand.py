"""Fault 12: somebody deletes the Job of a run that goes on."""

import pytest

from tests.cluster.kubelet import Running
from tests.cluster.scene import Scene
from tests.cluster.waiting import until


@pytest.mark.parametrize("propagation", ["Background", "Foreground", "Orphan"])
async def test_fault_12_deleted_job_is_a_failed_attempt_and_the_next_has_a_new_name(
    scene: Scene, propagation: str
) -> None:
    scene.etl.endings["load"] = Running()
    await scene.apply()
    job = await scene.until_stage("load")
    pods = await until(lambda: scene.namespace.list("pods", "refresh.superzol.com/stage=load"))
    del scene.etl.endings["load"]

    await scene.namespace.delete("jobs", job["metadata"]["name"], propagation)
    if propagation == "Orphan":
        # who lets pods live on has to end them: the operator may not delete pods
        for pod in pods:
            await scene.namespace.delete("pods", pod["metadata"]["name"])
    status = await scene.until_ended("Succeeded")

    assert status["lastRun"]["attempts"] == 2
    await scene.until_event("JobDeleted")
    names = [pod.job for pod in scene.etl.played if pod.stage == "load"]
    assert len(set(names)) == 2
