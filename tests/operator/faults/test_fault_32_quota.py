"""Fault 32: a quota of the namespace has no room for another Job."""

from tests.cluster.scene import Scene
from tests.cluster.waiting import until


async def test_fault_32_run_waits_for_room_and_does_not_fail(scene: Scene) -> None:
    hard = {"count/jobs.batch": "0"}
    quota = {"metadata": {"name": "full"}, "spec": {"hard": hard}}
    await scene.namespace.create("resourcequotas", quota)
    # admission counts from the time on that the controller has
    await until(
        lambda: scene.namespace.read("resourcequotas", "full"),
        lambda found: found.get("status", {}).get("hard") == hard,
    )
    await scene.apply()
    status = await scene.until_status(
        lambda now: scene.condition(now, "Ready").get("reason") == "Queued"
    )
    assert status["currentRun"]["id"] == "g-1"
    assert "exceeded quota: full" in scene.condition(status, "Ready")["message"]
    assert "exceeded quota: full" in (await scene.until_event("Queued"))["message"]
    assert "lastRun" not in status

    await scene.namespace.delete("resourcequotas", "full")
    # any change wakes it; by itself it looks every 30 s
    await scene.annotate(note="there is room")
    status = await scene.until_ended("Succeeded", timeout_seconds=60)
    assert status["lastRun"]["attempts"] == 1
