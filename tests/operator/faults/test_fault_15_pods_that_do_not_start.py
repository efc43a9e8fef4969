"""Fault 15: a pod never starts: its image, its Secret, its claim or a node for it is not there."""

import pytest

from tests.cluster.kubelet import Lacking, Waiting
from tests.cluster.scene import Scene

WAITING = {
    "image": Waiting("ImagePullBackOff", "Back-off pulling image superzol-etl:none"),
    "node": Waiting("Unschedulable", "0/3 nodes are available: 3 Insufficient memory."),
    "claim": Waiting("Unschedulable", 'persistentvolumeclaim "kaggle-data" not found'),
}
# Kubernetes tells of whole seconds, so it may be one less; and the others start meanwhile.
START_SECONDS = 5
LIMITS = {"deadlineSeconds": 600, "startDeadlineSeconds": START_SECONDS, "podRetries": 0}
ONCE = {"limit": 0, "initialBackoffSeconds": 1, "maxBackoffSeconds": 1}


@pytest.mark.parametrize("lacking", WAITING)
async def test_fault_15_pod_that_does_not_start_fails_the_run_and_says_why(
    scene: Scene, lacking: str
) -> None:
    waiting = WAITING[lacking]
    scene.etl.endings["fetch"] = waiting
    await scene.apply(run=LIMITS, retry=ONCE)
    last = (await scene.until_ended("Failed"))["lastRun"]
    assert last["reason"] == "PodNotStarting"
    assert waiting.reason in last["message"] and waiting.message in last["message"]
    await scene.until_event("PodNotStarting")


async def test_fault_15_pod_that_starts_at_the_next_attempt_is_fine(scene: Scene) -> None:
    scene.etl.endings["fetch"] = [WAITING["image"]]
    await scene.apply(run=LIMITS)
    assert (await scene.until_ended("Succeeded"))["lastRun"]["attempts"] == 2


async def test_fault_15_missing_secret_stalls_and_a_request_recovers(scene: Scene) -> None:
    scene.etl.endings["fetch"] = [Lacking("kaggle-credentials")]
    await scene.apply(run=LIMITS)
    status = await scene.until_ended("Failed")
    assert scene.condition(status, "Stalled")["reason"] == "SecretMissing"
    assert len(scene.etl.played) == 1

    await scene.annotate(requestedAt="there it is")
    status = await scene.until_ended("Succeeded")
    assert scene.condition(status, "Stalled") == {}
    assert scene.condition(status, "Ready")["status"] == "True"
