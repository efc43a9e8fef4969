"""Fault 11: a status is written, and the answer is lost."""

from tests.cluster.fault_proxy import Fault
from tests.cluster.scene import Scene


async def test_fault_11_status_whose_write_went_unanswered_is_read_again(scene: Scene) -> None:
    fault = scene.proxy.add(Fault("PATCH", "/status", drop_reply=True, times=3))

    await scene.apply()
    status = await scene.until_ended("Succeeded")

    assert fault.times == 0
    assert (len(status["history"]), status["lastRun"]["attempts"]) == (1, 1)
    assert scene.condition(status, "Ready")["reason"] == "Succeeded"
    assert sorted(work.stage for work in scene.witness.jobs) == ["fetch", "load", "publish"]
