"""Fault 13: a Job ends and is cleaned away while the operator is down."""

import signal

from tests.cluster.kubelet import Pod
from tests.cluster.scene import Scene
from tests.cluster.waiting import until


async def test_fault_13_work_that_was_done_unseen_is_found_done(scene: Scene) -> None:
    go_on = scene.etl.hold("publish")
    await scene.apply()
    job = await scene.until_stage("publish")
    await scene.until_status(lambda now: "jobCreatedTime" in now["currentRun"])
    await scene.operator.kill()
    name = job["metadata"]["name"]

    soon = {"spec": {"ttlSecondsAfterFinished": 1}}
    await scene.namespace.patch("jobs", name, soon)
    go_on.set()
    await until(lambda: scene.namespace.find("jobs", name), lambda found: found is None)
    await scene.operator.start()
    status = await scene.until_ended("Succeeded")

    await scene.until_event("JobDeleted")
    assert status["lastRun"]["attempts"] == 2
    assert status["artifact"]["version"] == scene.etl.version


async def test_fault_13_job_that_no_look_saw_is_not_created_again_by_its_name(
    scene: Scene,
) -> None:
    await scene.operator.kill()
    await scene.operator.start(SUPERZOL_OPERATOR_CRASH_AT="after_create")
    await scene.apply(retry={"limit": 0, "initialBackoffSeconds": 1, "maxBackoffSeconds": 1})
    assert await scene.operator.wait() == -signal.SIGKILL
    assert "jobCreatedTime" not in (await scene.status())["currentRun"]
    (job,) = await scene.namespace.list("jobs")
    await scene.namespace.delete("jobs", job["metadata"]["name"])
    await until(lambda: scene.namespace.list("jobs"), lambda jobs: jobs == [])

    await scene.operator.start()
    status = await scene.until_ended("Succeeded")

    await scene.until_event("JobLost")
    assert status["lastRun"]["attempts"] == 2
    fetches = [
        (work.attempt, len(jobs))
        for work, jobs in scene.witness.jobs.items()
        if work.stage == "fetch"
    ]
    assert sorted(fetches) == [("1", 1), ("2", 1)]


async def test_fault_13_run_that_was_recorded_is_not_repeated(scene: Scene) -> None:
    await scene.apply()
    first = await scene.until_ended("Succeeded")
    await scene.operator.kill()
    for job in await scene.namespace.list("jobs"):
        await scene.namespace.delete("jobs", job["metadata"]["name"])
    played: list[Pod] = list(scene.etl.played)

    await scene.operator.start()
    await scene.annotate(requestedAt="again")
    status = await scene.until_status(lambda now: now.get("lastHandledRequest") == "again")
    status = await scene.until_ended("Unchanged")

    assert status["history"][1]["id"] == first["lastRun"]["id"]
    assert [pod.stage for pod in scene.etl.played[len(played) :]] == ["fetch"]
