"""Fault 14: a node takes a pod away, or somebody deletes it."""

from tests.cluster.kubelet import Evicted, Running
from tests.cluster.scene import Scene
from tests.cluster.waiting import until


async def test_fault_14_eviction_is_no_attempt(scene: Scene) -> None:
    scene.etl.endings["load"] = [Evicted()]
    await scene.apply()
    status = await scene.until_ended("Succeeded")
    assert status["lastRun"]["attempts"] == 1
    assert len([pod for pod in scene.etl.played if pod.stage == "load"]) == 5


async def test_fault_14_deleted_pod_is_replaced_only_when_it_has_ended(scene: Scene) -> None:
    scene.etl.endings["publish"] = [Running()]
    scene.kubelet.grace_seconds = 1.0
    await scene.apply()
    await scene.until_stage("publish")
    (pod,) = await until(lambda: scene.namespace.list("pods", "refresh.superzol.com/stage=publish"))
    await scene.namespace.delete("pods", pod["metadata"]["name"])
    status = await scene.until_ended("Succeeded")
    assert status["lastRun"]["attempts"] == 1
    assert scene.kubelet.overlaps == []
