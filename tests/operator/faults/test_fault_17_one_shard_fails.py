"""Fault 17: one shard of a load fails for ever."""

import pytest

from tests.cluster.fake_etl import CHAINS, failure, report
from tests.cluster.kubelet import Exit, Played, Pod
from tests.cluster.scene import Scene


def script(scene: Scene) -> None:
    """Shard 2 never ends well, so publish misses the two chains of it."""

    def play(pod: Pod) -> Played:
        if pod.stage == "load" and pod.shard == 2:
            return failure(65, "BadData", "Price_Y: a column is missing")
        if pod.stage == "publish":
            missing = {"chainsLoaded": CHAINS - 2, "chainsMissing": 2}
            return Exit(message=report(pod, "Partial", scene.etl.version, **missing))
        return scene.etl(pod)

    scene.kubelet.script = play


@pytest.mark.parametrize(
    ("most_percent", "result", "ready", "reason"),
    [
        (10, "Failed", "False", "ValidationFailed"),
        (25, "Partial", "True", "PartiallyLoaded"),
    ],
)
async def test_fault_17_other_shards_stay_published_and_the_threshold_judges(
    scene: Scene, most_percent: int, result: str, ready: str, reason: str
) -> None:
    script(scene)
    await scene.apply(validate={"maxHeldBackPercent": most_percent})
    status = await scene.until_ended(result)
    condition = scene.condition(status, "Ready")
    assert (condition["status"], condition["reason"]) == (ready, reason)
    assert status["artifact"]["chains"]["current"] == CHAINS - 2
    assert scene.condition(status, "DataAvailable")["status"] == "True"


async def test_fault_17_next_run_takes_up_the_chains_that_are_missing(scene: Scene) -> None:
    script(scene)
    await scene.apply(validate={"maxHeldBackPercent": 25})
    await scene.until_ended("Partial")
    scene.kubelet.script = scene.etl
    await scene.annotate(requestedAt="mended")
    status = await scene.until_status(
        lambda now: now["lastRun"].get("requestToken") == "mended" and "currentRun" not in now
    )
    assert status["lastRun"]["result"] == "Succeeded"
    assert status["artifact"]["chains"]["current"] == CHAINS
