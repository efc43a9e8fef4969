"""Fault 23: a leader sleeps for longer than its Lease, another one works, and it wakes up."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.cluster.operator_process import OperatorProcess
from tests.cluster.scene import Scene
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

    assert await scene.operator.wait(20) == 75
    assert "another operator holds the Lease" in scene.operator.read_log()
    for name in ("prices", "other"):
        assert len((await scene.until_ended("Succeeded", name))["history"]) == 1


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
