"""Fault 26: many resources at once; bench/operator measures 500 and 2,000 of them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from superzol_operator.acts import Acts
from superzol_operator.census import Census, Limits
from superzol_operator.cluster import Cluster
from superzol_operator.events import Recorder
from superzol_operator.jobs import JobDefaults
from superzol_operator.keys import Key
from superzol_operator.metrics import Metrics
from superzol_operator.queue import WorkQueue
from superzol_operator.reconcile import Reconciler, Surroundings
from tests.cluster.scene import DATASETS, Scene
from tests.cluster.waiting import PATIENCE_SECONDS

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
        *(scene.until_ended("Succeeded", name, timeout_seconds=600) for name in names)
    )
    assert not counting.done()
    counting.cancel()
    assert 1 < max(counts) <= CAP


class Night:
    """A reconciler with one place for all, by a clock that a test moves on."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.clock = datetime.now(UTC)
        self._namespace = namespace
        acts = Acts(cluster, Recorder(cluster), JobDefaults("etl"))
        around = Surroundings(cluster, WorkQueue(), Census(Limits(1)), acts, Metrics())
        self._reconciler = Reconciler(around, progress_seconds=0, now=lambda: self.clock)

    async def look(self, *names: str) -> None:
        for name in names:
            await self._reconciler.look(Key(self._namespace, name))

    async def run_through(self, scene: Scene, name: str) -> tuple[str, str]:
        """Looks until a run has ended, and returns which it was and how it ended."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "currentRun" in (status := await scene.status(name)):
                await asyncio.sleep(0.1)
                await self.look(name)
        return status["lastRun"]["id"], status["lastRun"]["result"]


async def test_fault_26_slot_that_waits_longer_than_its_deadline_gets_its_turn(
    scene: Scene, cluster: Cluster
) -> None:
    nightly = {"cron": "0 2 * * *", "runOnCreate": False, "startingDeadlineSeconds": 600}
    names = ["first", "second", "third"]
    # the clock of the test is ahead of that by which the API server dates Jobs
    patient = {"deadlineSeconds": 604_800, "startDeadlineSeconds": 604_800}
    for name in names:
        storage = {"claimName": "data", "path": name}
        await scene.apply(name, schedule=nightly, storage=storage, run=patient)
    night = Night(cluster, scene.namespace.name)
    today = night.clock.replace(hour=2, minute=0, second=1, microsecond=0)
    await night.look(*names)
    night.clock = today + timedelta(days=1)
    slot = f"s-{night.clock:%Y%m%d0200}"

    await night.look(*names)
    ran = [await night.run_through(scene, "first")]
    for number, name in enumerate(names[1:], start=1):
        night.clock += timedelta(hours=1)
        await night.look(*names[number:])
        ran.append(await night.run_through(scene, name))

    assert ran == [(slot, "Succeeded")] * 3
