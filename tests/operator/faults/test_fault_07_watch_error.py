"""Fault 7: a watch says ERROR 500."""

import asyncio

import pytest

from tests.cluster.scene import Scene
from tests.cluster.waiting import PATIENCE_SECONDS


@pytest.mark.parametrize("kind", ["jobs", "datasetrefreshes"])
async def test_fault_07_operator_that_a_watch_ends_begins_anew_without_damage(
    scene: Scene, kind: str
) -> None:
    opened = scene.etl.hold("fetch")
    await scene.apply()
    await scene.until_stage("fetch")

    async with asyncio.timeout(PATIENCE_SECONDS):
        # The operator may be listing still.
        while not await scene.proxy.send_error(500, f"/{kind}"):
            await asyncio.sleep(0.1)

    assert await scene.operator.wait() == 75
    assert "the process ends to begin anew" in scene.operator.read_log()
    await scene.operator.start()
    opened.set()
    status = await scene.until_ended("Succeeded")
    assert len(status["history"]) == 1
