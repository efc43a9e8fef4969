"""Fault 10: a Job is created, and the answer is lost."""

from datetime import UTC, datetime

import pytest

from superzol_operator.acts import Acts
from superzol_operator.cluster import Cluster
from superzol_operator.decide.contract import CreateFailure, CreateJob, JobView, Observed
from superzol_operator.decide.decision import decide
from superzol_operator.events import Recorder
from superzol_operator.jobs import JobDefaults
from superzol_operator.resource import read_resource
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
    assert (len(status["history"]), status["lastRun"]["attempts"]) == (1, 1)
    assert scene.condition(status, "Ready")["reason"] == "Succeeded"
    assert sorted(work.stage for work in scene.witness.jobs) == ["fetch", "load", "publish"]


async def test_fault_10_job_that_is_there_when_it_is_asked_for_again_is_adopted(
    scene: Scene, cluster: Cluster
) -> None:
    resource, now = read_resource(await scene.apply()), datetime.now(UTC)
    (order,) = [
        action
        for action in decide(Observed(resource), now).actions
        if isinstance(action, CreateJob)
    ]
    acts = Acts(cluster, Recorder(cluster), JobDefaults("superzol-etl:latest"))
    made = await acts.perform(resource, order, now)
    found = await acts.perform(resource, order, now)
    assert isinstance(made, JobView)
    assert isinstance(found, JobView)
    assert found.uid == made.uid

    again = read_resource(await scene.apply("another"))
    refused = await acts.perform(again, order, now)
    assert isinstance(refused, CreateFailure)
    assert refused.kind == "collision"
