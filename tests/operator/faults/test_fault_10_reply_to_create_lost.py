"""Fault 10: a Job is created, and the answer is lost."""

import pytest

from tests.cluster.fault_proxy import Fault
from tests.cluster.scene import Scene


@pytest.mark.parametrize("times", [1, 3])
async def test_fault_10_job_whose_creation_went_unanswered_is_adopted(
    scene: Scene, times: int
) -> None:
    fault = scene.proxy.add(Fault("POST", "/jobs", drop_reply=True, times=times))

    await scene.apply()
    status = await scene.until_ended("Succeeded")

    assert fault.times == 0
    assert len(status["history"]) == 1
    assert sorted(work.stage for work in scene.witness.jobs) == ["fetch", "load", "publish"]
