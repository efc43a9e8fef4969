"""Fault 3: the API server is away for a while."""

import asyncio
import time

from tests.cluster.scene import Scene
from tests.operator.faults.gates import leads

# two minutes in production; here long enough that the Lease runs out and every call fails
AWAY_SECONDS = 6.0
RESUME_SECONDS = 15.0


async def test_fault_03_operator_outlives_a_server_that_is_away(scene: Scene) -> None:
    opened = scene.etl.hold("load")
    await scene.apply()
    await scene.until_stage("load")

    await scene.proxy.cut()
    opened.set()
    await asyncio.sleep(AWAY_SECONDS)
    assert scene.operator.is_running
    # so that the alert of nobody working fires
    assert not await leads(scene.operator)
    await scene.proxy.open()
    back = time.monotonic()

    status = await scene.until_ended("Succeeded")
    assert time.monotonic() - back < RESUME_SECONDS
    assert await leads(scene.operator)
    assert (status["lastRun"]["id"], status["lastRun"]["attempts"]) == ("g-1", 1)
    assert sorted(work.stage for work in scene.witness.jobs) == ["fetch", "load", "publish"]
    await scene.until_event("Published")
