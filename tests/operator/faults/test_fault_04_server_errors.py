"""Fault 4: the API server answers 503 for a while."""

import asyncio

from tests.cluster.fault_proxy import Fault
from tests.cluster.scene import Scene

BROKEN_SECONDS = 5.0


async def test_fault_04_server_that_answers_503_costs_no_state(scene: Scene) -> None:
    opened = scene.etl.hold("fetch")
    await scene.apply()
    await scene.until_stage("fetch")
    claimed = (await scene.status())["currentRun"]["id"]

    scene.proxy.add(Fault("*", ".*", status=503))
    scene.proxy.drop_connections()
    opened.set()
    await asyncio.sleep(BROKEN_SECONDS)
    scene.proxy.heal()
    # Kopf gives up after a while, and the process with it: its pod starts it again
    if not scene.operator.is_running:
        await scene.operator.start()

    status = await scene.until_ended("Succeeded")
    assert status["lastRun"]["id"] == claimed


async def test_fault_04_operator_does_not_start_while_the_server_fails(scene: Scene) -> None:
    await scene.operator.kill()
    scene.proxy.add(Fault("*", ".*", status=503))

    await scene.operator.start()

    assert await scene.operator.wait(30) == 75
    assert "the API server refused: 503" in scene.operator.read_log()
