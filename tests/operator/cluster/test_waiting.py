"""Runs that wait for one place: whose turn it is, whatever happens to the one before."""

import asyncio
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
import pytest_asyncio

from superzol_operator.times import parse_time
from tests.cluster.api import Manifest
from tests.cluster.fault_proxy import Fault
from tests.cluster.scene import DATASETS, Scene
from tests.cluster.waiting import until

ONE_SHARD = {"shards": 1, "parallelism": 1}


@pytest.fixture
def settings() -> dict[str, str]:
    return {"SUPERZOL_OPERATOR_MAX_ACTIVE_RUNS": "1"}


class Line(NamedTuple):
    """One runs until it is let go on, one waits since it was asked for, one since it was made."""

    first: Manifest
    second: Manifest
    place: asyncio.Event


async def add(scene: Scene, name: str, **spec: object) -> Manifest:
    storage = {"claimName": "data", "path": name}
    return await scene.apply(name, load=ONE_SHARD, storage=storage, **spec)


async def until_queued(scene: Scene, name: str) -> None:
    """Waits until a run waits, and for the next second: times are written in whole ones."""
    status = await scene.until_status(lambda told: "queuedTime" in told, name)
    since = parse_time(status["queuedTime"])

    async def seconds() -> float:
        return (datetime.now(UTC) - since).total_seconds()

    await until(seconds, lambda passed: passed > 1)


@pytest_asyncio.fixture
async def line(scene: Scene) -> Line:
    first = await add(scene, "asked", schedule={"runOnCreate": False})
    place = scene.etl.hold("load")
    await add(scene, "running")
    await scene.until_stage("load", "running")
    await scene.annotate("asked", requestedAt="now")
    await until_queued(scene, "asked")
    second = await add(scene, "made")
    await until_queued(scene, "made")
    return Line(first, second, place)


async def in_order(scene: Scene, line: Line) -> list[str]:
    """Gives the place away and returns who took it, one after the other."""
    line.place.set()
    names = {
        each["metadata"]["uid"]: each["metadata"]["name"] for each in (line.first, line.second)
    }
    for name in names.values():
        await scene.until_ended("Succeeded", name)
    played = (names.get(pod.resource_uid) for pod in scene.etl.played)
    return list(dict.fromkeys(name for name in played if name))


async def test_who_waits_keeps_its_turn_when_the_leader_changes(scene: Scene, line: Line) -> None:
    await scene.operator.kill()
    await scene.operator.start()

    assert await in_order(scene, line) == ["asked", "made"]


async def test_who_loses_the_race_for_its_claim_keeps_its_turn(scene: Scene, line: Line) -> None:
    scene.proxy.add(Fault("PATCH", "/asked/status", status=409, times=1))

    assert await in_order(scene, line) == ["asked", "made"]


async def test_who_cannot_be_looked_at_lets_the_next_one_go_first(scene: Scene, line: Line) -> None:
    scene.proxy.add(Fault("GET", f"/jobs.*{line.first['metadata']['uid']}", status=500))
    line.place.set()
    await scene.until_ended("Succeeded", "made")

    scene.proxy.heal()

    assert await in_order(scene, line) == ["made", "asked"]


async def test_place_of_a_claim_that_went_unanswered_is_not_given_away(scene: Scene) -> None:
    kept = asyncio.Event()
    claim = Fault("PATCH", "/unanswered/status", kept=kept, drop_reply=True, times=1)
    scene.proxy.add(claim)
    await add(scene, "unanswered")
    await until(lambda: claims(scene))
    scene.proxy.add(Fault("GET", "/datasetrefreshes/unanswered$", status=500))
    kept.set()
    unreachable = 'operator_reconcile_errors_total{kind="unreachable"} 1.0'
    await until(scene.operator.read_metrics, lambda told: unreachable in told)

    await add(scene, "next")
    told = await scene.until_status(lambda now: {"queuedTime", "currentRun"} & now.keys(), "next")
    assert "currentRun" not in told
    scene.proxy.heal()

    for name in ("unanswered", "next"):
        assert (await scene.until_ended("Succeeded", name))["lastRun"]["attempts"] == 1


async def claims(scene: Scene) -> int:
    return scene.proxy.count("PATCH", "/unanswered/status")


async def test_resource_that_somebody_keeps_from_going_keeps_no_place(scene: Scene) -> None:
    scene.etl.hold("load")
    await add(scene, "kept")
    await scene.until_stage("load", "kept")
    finalizers = {"metadata": {"finalizers": ["example.org/keep"]}}
    await scene.namespace.patch(DATASETS, "kept", finalizers)
    await scene.namespace.delete(DATASETS, "kept")
    del scene.etl.holds["load"]

    await add(scene, "next")
    await scene.until_ended("Succeeded", "next")

    assert (await scene.status("kept"))["lastRun"]["reason"] == "Deleted"
    await scene.namespace.patch(DATASETS, "kept", {"metadata": {"finalizers": []}})
