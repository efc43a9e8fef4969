"""Fault 4: the API server answers 503 for three minutes, played fifteen times faster.

Everything that is counted in seconds is a fifteenth of production: the outage (180 s), the patience
of the watches (62 s in all, after which the process ends), the Lease (15 s, renewed within 10 s)
and the wait of the kubelet before it starts the container again (10 s).
"""

import asyncio
import time

import pytest

from superzol_operator.settings import Settings
from tests.cluster.fault_proxy import Fault
from tests.cluster.scene import Scene

FASTER = 15
BROKEN_SECONDS = 180 / FASTER
RESTART_SECONDS = 10 / FASTER
PASSING = 75
USUAL = Settings(cluster_wide=True)


@pytest.fixture
def settings() -> dict[str, str]:
    waits = [each / FASTER for each in USUAL.watch_backoffs_seconds]
    return {
        "SUPERZOL_OPERATOR_WATCH_BACKOFFS_SECONDS": ",".join(map(str, waits)),
        "SUPERZOL_OPERATOR_LEASE_SECONDS": "1",
        "SUPERZOL_OPERATOR_LEASE_RENEW_DEADLINE_SECONDS": str(10 / FASTER),
        "SUPERZOL_OPERATOR_LEASE_RETRY_SECONDS": str(2 / FASTER),
    }


async def start_again(scene: Scene, codes: list[int]) -> None:
    """Does for ever what the kubelet does with a container that ends."""
    while True:
        codes.append(await scene.operator.process.wait())
        await asyncio.sleep(RESTART_SECONDS)
        await scene.operator.start()


async def test_fault_04_server_that_answers_503_costs_no_state(scene: Scene) -> None:
    opened = scene.etl.hold("fetch")
    await scene.apply()
    await scene.until_stage("fetch")
    before = await scene.until_status(lambda now: "jobCreatedTime" in now["currentRun"])
    codes: list[int] = []
    kubelet = asyncio.create_task(start_again(scene, codes))

    scene.proxy.add(Fault("*", ".*", status=503))
    scene.proxy.drop_connections()
    broken_at = time.monotonic()
    opened.set()
    await asyncio.sleep(BROKEN_SECONDS)
    assert await scene.status() == before
    scene.proxy.heal()

    assert time.monotonic() - broken_at > sum(USUAL.watch_backoffs_seconds) / FASTER
    status = await scene.until_ended("Succeeded")
    kubelet.cancel()
    assert set(codes) == {PASSING}
    assert (status["lastRun"]["id"], status["lastRun"]["attempts"]) == ("g-1", 1)
    assert len(status["history"]) == 1
    assert sorted(work.stage for work in scene.witness.jobs) == ["fetch", "load", "publish"]


async def test_fault_04_operator_does_not_start_while_the_server_fails(scene: Scene) -> None:
    await scene.operator.kill()
    scene.proxy.add(Fault("*", ".*", status=503))

    await scene.operator.start()

    assert await scene.operator.wait() == PASSING
    assert "the API server refused: 503" in scene.operator.read_log()
