"""Fault 9: 429 with Retry-After."""

from itertools import pairwise

from tests.cluster.fault_proxy import Fault
from tests.cluster.scene import Scene
from tests.cluster.waiting import until

RETRY_AFTER_SECONDS = 2
TIMES = 2


async def test_fault_09_operator_waits_as_asked_and_others_go_on(scene: Scene) -> None:
    path = "/datasetrefreshes/slow/status"
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    scene.proxy.add(Fault("PATCH", path, status=429, headers=headers))

    await scene.apply("slow", storage={"claimName": "kaggle-data", "path": "slow"})
    await scene.apply("quick", storage={"claimName": "kaggle-data", "path": "quick"})
    await scene.until_ended("Succeeded", "quick")
    await until(lambda: count(scene, path), lambda tries: tries > TIMES)
    assert "currentRun" not in await scene.status("slow")
    scene.proxy.heal()
    await scene.until_ended("Succeeded", "slow")

    tries = [each.at_seconds for each in scene.proxy.requests if path in each.path]
    waits = [later - earlier for earlier, later in pairwise(tries[: TIMES + 1])]
    assert all(wait >= RETRY_AFTER_SECONDS for wait in waits), waits


async def count(scene: Scene, path: str) -> int:
    return scene.proxy.count("PATCH", path)
