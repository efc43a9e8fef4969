"""Fault 9: 429 with Retry-After."""

from itertools import pairwise

from tests.cluster.fault_proxy import Fault
from tests.cluster.scene import Scene

RETRY_AFTER_SECONDS = 2
TIMES = 2


async def test_fault_09_operator_waits_as_asked_and_others_go_on(scene: Scene) -> None:
    path = "/datasetrefreshes/slow/status"
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    scene.proxy.add(Fault("PATCH", path, status=429, headers=headers, times=TIMES))

    await scene.apply("slow", storage={"claimName": "kaggle-data", "path": "slow"})
    await scene.apply("quick", storage={"claimName": "kaggle-data", "path": "quick"})
    await scene.until_stage("fetch", "quick")
    assert "currentRun" not in await scene.status("slow")
    await scene.until_ended("Succeeded", "slow")
    await scene.until_ended("Succeeded", "quick")

    tries = [each.at_seconds for each in scene.proxy.requests if path in each.path]
    waits = [later - earlier for earlier, later in pairwise(tries[: TIMES + 1])]
    assert len(waits) == TIMES
    assert all(wait >= RETRY_AFTER_SECONDS for wait in waits), waits
