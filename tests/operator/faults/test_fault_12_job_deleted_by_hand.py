"""Fault 12: somebody deletes the Job of a run that goes on."""

import pytest

from tests.cluster.api import Manifest
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
    name = job["metadata"]["name"]
    await until(lambda: _all_pods_of(scene, job))
    del scene.etl.endings["load"]

    await scene.namespace.delete("jobs", name, propagation)
    if propagation == "Orphan":
        # who lets pods live on has to end them: the operator may not delete pods
        for pod in await _pods_of(scene, job):
            await scene.namespace.delete("pods", pod["metadata"]["name"])
    status = await scene.until_ended("Succeeded")

    assert status["lastRun"]["attempts"] == 2
    await scene.until_event("JobDeleted")
    names = [pod.job for pod in scene.etl.played if pod.stage == "load"]
    assert len(set(names)) == 2


async def _pods_of(scene: Scene, job: Manifest) -> list[Manifest]:
    name = job["metadata"]["name"]
    return await scene.namespace.list("pods", f"batch.kubernetes.io/job-name={name}")


async def _all_pods_of(scene: Scene, job: Manifest) -> list[Manifest]:
    """Those that run at once; none before the last of them is there."""
    pods = await _pods_of(scene, job)
    return pods if len(pods) == job["spec"]["parallelism"] else []
