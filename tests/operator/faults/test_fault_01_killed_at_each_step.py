"""Fault 1: SIGKILL at each step."""

import signal
from typing import get_args

import pytest

from superzol_operator.settings import CrashPoint
from tests.cluster.scene import Scene
from tests.cluster.waiting import until

STEPS = [point for point in get_args(CrashPoint) if point != "before_job_delete"]


@pytest.mark.parametrize("point", STEPS)
async def test_fault_01_run_killed_at_a_step_goes_on_without_a_second_job(
    scene: Scene, point: str
) -> None:
    await scene.operator.kill()
    await scene.operator.start(SUPERZOL_OPERATOR_CRASH_AT=point)
    await scene.apply()
    assert await scene.operator.wait() == -signal.SIGKILL

    await scene.operator.start()
    status = await scene.until_ended("Succeeded")

    assert len(status["history"]) == 1
    assert scene.condition(status, "Ready")["reason"] == "Succeeded"
    # the Job of a claim may have been there: who finds none then takes another name
    attempts = 2 if point == "after_claim" else 1
    assert status["lastRun"]["attempts"] == attempts
    assert sorted(work.stage for work in scene.witness.jobs) == ["fetch", "load", "publish"]


async def test_fault_01_operator_killed_before_it_deletes_a_job_deletes_it_later(
    scene: Scene,
) -> None:
    await scene.operator.kill()
    await scene.operator.start(SUPERZOL_OPERATOR_CRASH_AT="before_job_delete")
    await scene.apply(successfulRunsHistoryLimit=0)
    assert await scene.operator.wait() == -signal.SIGKILL

    await scene.operator.start()
    await scene.until_ended("Succeeded")

    await until(lambda: scene.namespace.list("jobs"), lambda jobs: jobs == [])
