"""Fault 18: the spec is edited while a run goes on."""

import pytest

from tests.cluster.api import Manifest
from tests.cluster.kubelet import Running
from tests.cluster.scene import DATASETS, Scene
from tests.cluster.waiting import until

PINNED = {"kaggle": {"version": 700}}


def commands(job: Manifest) -> str:
    (container,) = job["spec"]["template"]["spec"]["containers"]
    return " ".join(container["command"])


@pytest.mark.parametrize(
    ("policy", "runs"),
    [
        ("AfterCurrent", [("g-2", "Succeeded"), ("g-1", "Succeeded")]),
        ("Restart", [("g-2", "Succeeded"), ("g-1", "Cancelled")]),
        ("NextSchedule", [("g-1", "Succeeded")]),
    ],
)
async def test_fault_18_run_keeps_its_spec_and_the_policy_says_what_follows(
    scene: Scene, policy: str, runs: list[tuple[str, str]]
) -> None:
    scene.etl.endings["fetch"] = [Running()]
    await scene.apply(onSpecChange=policy)
    job = await scene.until_stage("fetch")
    await scene.edit(source=PINNED)
    await scene.until_status(lambda status: status["observedGeneration"] == 2)
    if policy != "Restart":
        # the pod that runs is replaced by its Job: by one of the same spec
        (pod,) = await until(lambda: scene.namespace.list("pods"))
        await scene.namespace.delete("pods", pod["metadata"]["name"])

    def all_ran(status: Manifest) -> bool:
        return "currentRun" not in status and len(status.get("history", [])) == len(runs)

    status = await scene.until_status(all_ran)
    assert [(each["id"], each["result"]) for each in status["history"]] == runs
    assert "--version" not in commands(job)
    jobs = await scene.namespace.list("jobs", "refresh.superzol.com/stage=fetch")
    told = {each["metadata"]["labels"]["refresh.superzol.com/run-id"]: each for each in jobs}
    assert ("g-2" in told and "--version=700" in commands(told["g-2"])) == (len(runs) == 2)


async def test_fault_18_schedule_that_is_edited_starts_no_run(scene: Scene) -> None:
    await scene.apply(schedule={"cron": "0 2 * * *"})
    before = await scene.until_ended("Succeeded")
    await scene.edit(schedule={"cron": "30 3 * * *"})
    status = await scene.until_status(lambda now: now["observedGeneration"] == 2)
    assert status["nextRunTime"] != before["nextRunTime"]
    assert [each["id"] for each in status["history"]] == ["g-1"]
    assert (await scene.namespace.read(DATASETS, "prices"))["metadata"]["generation"] == 2
