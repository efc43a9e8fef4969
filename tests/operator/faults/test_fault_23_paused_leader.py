"""Fault 23: a leader sleeps for longer than its Lease, another one works, and it wakes up."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.cluster.fault_proxy import Fault
from tests.cluster.operator_process import OperatorProcess
from tests.cluster.scene import Scene
from tests.cluster.waiting import until
from tests.operator.faults.gates import leads, until_leading


@pytest_asyncio.fixture
async def second(scene: Scene) -> AsyncIterator[OperatorProcess]:
    kubeconfig = scene.plane.folder / f"{scene.namespace.name}.json"
    log = scene.operator.log.with_name("second.log")
    await until_leading(scene.operator)
    process = OperatorProcess(kubeconfig, scene.namespace.name, {}, log)
    await process.start()
    yield process
    await process.kill()
    print(process.read_log()[-10_000:])


async def test_fault_23_leader_that_overslept_writes_nothing_and_ends(
    scene: Scene, second: OperatorProcess
) -> None:
    opened = scene.etl.hold("fetch")
    await scene.apply()
    await scene.until_stage("fetch")

    scene.operator.pause()
    await until_leading(second)
    opened.set()
    await scene.until_stage("load")
    await scene.apply("other", storage={"claimName": "kaggle-data", "path": "other"})
    scene.operator.go_on()

    assert await scene.operator.wait() == 75
    assert "another operator holds the Lease" in scene.operator.read_log()
    for name in ("prices", "other"):
        assert len((await scene.until_ended("Succeeded", name))["history"]) == 1


async def test_fault_23_claim_of_a_leader_that_overslept_is_refused(
    scene: Scene, second: OperatorProcess
) -> None:
    kept, opened = asyncio.Event(), scene.etl.hold("fetch")
    claim = "/datasetrefreshes/prices/status"
    scene.proxy.add(Fault("PATCH", claim, kept=kept, times=1))
    await scene.apply()
    await until(lambda: count(scene, claim))
    scene.operator.pause()
    await until_leading(second)
    await scene.until_stage("fetch")
    before = await scene.until_status(lambda now: "jobCreatedTime" in now["currentRun"])

    kept.set()
    await until(lambda: last_status(scene, claim), lambda told: told == 409)
    scene.operator.go_on()

    assert await scene.operator.wait() == 75
    assert await scene.status() == before
    opened.set()
    status = await scene.until_ended("Succeeded")
    assert (len(status["history"]), status["lastRun"]["attempts"]) == (1, 1)


async def count(scene: Scene, path: str) -> int:
    return scene.proxy.count("PATCH", path)


async def last_status(scene: Scene, path: str) -> int:
    told = [each for each in scene.proxy.answers if each.verb == "PATCH" and path in each.path]
    return told[-1].status if told else 0


async def test_fault_23_second_replica_waits_until_the_first_is_killed(
    scene: Scene, second: OperatorProcess
) -> None:
    await scene.apply()
    await scene.until_ended("Succeeded")
    assert not await leads(second)

    await scene.operator.kill()
    await scene.annotate(requestedAt="once more")

    await scene.until_ended("Unchanged")
    assert await leads(second)
