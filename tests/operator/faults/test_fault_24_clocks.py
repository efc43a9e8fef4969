"""Fault 24: clocks of replicas that differ by an hour, and a clock that is put back."""

import asyncio
from datetime import datetime, timedelta

import pytest

from superzol_operator.acts import Acts
from superzol_operator.census import Census, Limits
from superzol_operator.cluster import Cluster
from superzol_operator.events import Recorder
from superzol_operator.jobs import JobDefaults
from superzol_operator.keys import Key
from superzol_operator.metrics import Metrics
from superzol_operator.queue import WorkQueue
from superzol_operator.reconcile import Reconciler, Surroundings, utc_now
from tests.cluster.scene import Scene
from tests.cluster.waiting import PATIENCE_SECONDS

HOUR = timedelta(hours=1)
DAILY = {"cron": "0 2 * * *", "runOnCreate": False}


class Replica:
    """A reconciler in this process whose clock goes wrong by as much as it is told."""

    def __init__(self, cluster: Cluster, key: Key) -> None:
        self.offset = timedelta()
        self._key = key
        acts = Acts(cluster, Recorder(cluster), JobDefaults("etl"))
        around = Surroundings(cluster, WorkQueue(), Census(Limits()), acts, Metrics())
        self._reconciler = Reconciler(around, progress_seconds=0, now=self.now)

    def now(self) -> datetime:
        return utc_now() + self.offset

    async def look(self) -> None:
        await self._reconciler.look(self._key)


def to_next_slot(now: datetime) -> timedelta:
    """How far a clock must be ahead to be just after the next two o'clock."""
    slot = now.replace(hour=2, minute=0, second=0, microsecond=0)
    return slot + timedelta(days=slot <= now, seconds=5) - now


async def look_until_ended(scene: Scene, replica: Replica) -> list[str]:
    """Looks until the run that goes on has ended, and returns the runs that are recorded."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            await replica.look()
            status = await scene.status()
            if "currentRun" not in status and status.get("history"):
                return [record["id"] for record in status["history"]]
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("other", [HOUR, -HOUR], ids=["an hour ahead", "an hour behind"])
async def test_fault_24_replicas_with_different_clocks_run_a_slot_once(
    scene: Scene, cluster: Cluster, other: timedelta
) -> None:
    key = Key(scene.namespace.name, "prices")
    await scene.apply(schedule=DAILY)
    first, second = Replica(cluster, key), Replica(cluster, key)
    first.offset = to_next_slot(utc_now())
    second.offset = first.offset + other

    await first.look()
    await second.look()
    runs = await look_until_ended(scene, second)
    await first.look()
    await second.look()

    slot = first.now().strftime("%Y%m%d0200")
    assert runs == [f"s-{slot}"]
    assert {work.run_id for work in scene.witness.jobs} == {f"s-{slot}"}
    assert "currentRun" not in await scene.status()


async def test_fault_24_clock_that_is_put_back_neither_repeats_nor_stops_runs(
    scene: Scene, cluster: Cluster
) -> None:
    key = Key(scene.namespace.name, "prices")
    await scene.apply(schedule=DAILY)
    replica = Replica(cluster, key)
    day = timedelta(days=1)
    replica.offset = to_next_slot(utc_now()) + 200 * day
    first = (await look_until_ended(scene, replica))[0]

    replica.offset -= HOUR
    await replica.look()
    replica.offset += HOUR
    await replica.look()
    assert "currentRun" not in await scene.status()

    replica.offset += day
    await replica.look()
    assert (await scene.status())["currentRun"]["id"] > first
    assert len(await look_until_ended(scene, replica)) == 2
