"""Fault 26: many resources at once; bench/operator measures 500 and 2,000 of them."""

import asyncio

import pytest

from tests.cluster.scene import DATASETS, Scene

COUNT, CAP = 24, 4


@pytest.fixture
def settings() -> dict[str, str]:
    return {"SUPERZOL_OPERATOR_MAX_ACTIVE_RUNS": str(CAP)}


async def test_fault_26_cap_holds_and_everybody_gets_a_turn(scene: Scene) -> None:
    usual = scene.etl.usual
    scene.kubelet.script = lambda pod: usual(pod)._replace(after_seconds=0.2)
    names = [f"prices-{number:02}" for number in range(COUNT)]
    running: set[str] = set()
    counts: list[int] = []

    async def count() -> None:
        async for change in scene.namespace.watch(DATASETS):
            name = change.object["metadata"]["name"]
            is_running = "currentRun" in change.object.get("status", {})
            (running.add if is_running else running.discard)(name)
            counts.append(len(running))

    counting = asyncio.create_task(count())
    one_shard = {"shards": 1, "parallelism": 1}
    for name in names:
        await scene.apply(name, load=one_shard, storage={"claimName": "data", "path": name})
    await asyncio.gather(
        *(scene.until_ended("Succeeded", name, timeout_seconds=240) for name in names)
    )
    assert not counting.done()
    counting.cancel()
    assert 1 < max(counts) <= CAP
