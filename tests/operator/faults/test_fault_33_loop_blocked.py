"""Fault 33: the event loop is blocked."""

import asyncio

from tests.cluster.scene import Scene
from tests.cluster.waiting import until

LAG_SECONDS = 3.0  # a busy machine is late by less


async def test_fault_33_probe_fails_after_the_loop_stood_still(scene: Scene) -> None:
    await scene.operator.kill()
    await scene.operator.start(SUPERZOL_OPERATOR_LAG_SECONDS=str(LAG_SECONDS))
    await scene.apply()
    await scene.until_ended("Succeeded")
    assert await scene.operator.is_alive()

    scene.operator.pause()
    await asyncio.sleep(LAG_SECONDS * 2)
    scene.operator.go_on()

    # Kopf keeps an answer of the probe for ten seconds
    await until(scene.operator.is_alive, lambda alive: not alive)
    assert "the event loop was" in scene.operator.read_log()
