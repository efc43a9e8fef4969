"""Fault 6: 410 Gone, and a deletion that no watch told of."""

from tests.cluster.scene import Scene
from tests.cluster.waiting import until


async def test_fault_06_lost_deletion_is_seen_after_a_410(scene: Scene) -> None:
    opened = scene.etl.hold("load")
    await scene.apply()
    job = (await scene.until_stage("load"))["metadata"]["name"]
    await scene.until_status(lambda status: status["currentRun"].get("jobCreatedTime"))

    scene.proxy.silence_watches()
    await scene.namespace.delete("jobs", job)
    await until(lambda: scene.namespace.find("jobs", job), lambda found: found is None)
    assert await scene.proxy.send_error(410, "/jobs") == 1
    opened.set()

    status = await scene.until_ended("Succeeded")
    assert status["lastRun"]["attempts"] == 2
    await scene.until_event("JobDeleted")
    await scene.until_event("RetryScheduled")
    load_attempts = sorted(work.attempt for work in scene.witness.jobs if work.stage == "load")
    assert load_attempts == ["1", "2"]
