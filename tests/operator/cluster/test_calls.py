"""What a first Job costs the API server, and when a look may not be spared."""

import re
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.cluster.operator_process import OperatorProcess
from tests.cluster.scene import Scene
from tests.operator.faults.gates import until_leading

ABOUT = re.compile(r"/datasetrefreshes/prices|cr-uid|/jobs$")
READ, LIST, CLAIM, CREATE = "GET prices", "GET jobs", "PATCH prices", "POST jobs"


@pytest_asyncio.fixture
async def second(scene: Scene) -> AsyncIterator[OperatorProcess]:
    kubeconfig = scene.plane.folder / f"{scene.namespace.name}.json"
    await until_leading(scene.operator)
    process = OperatorProcess(
        kubeconfig, scene.namespace.name, {}, scene.operator.log.with_name("second.log")
    )
    await process.start()
    yield process
    await process.kill()


async def calls_until_job(scene: Scene) -> list[str]:
    """Applies a resource and returns the calls about it until its first Job is created."""
    before = len(scene.proxy.requests)
    await scene.apply()
    return await calls_since(scene, before)


async def calls_since(scene: Scene, before: int) -> list[str]:
    await scene.until_ended("Succeeded")
    told = [each for each in scene.proxy.requests[before:] if ABOUT.search(each.path)]
    calls = [f"{each.verb} {'prices' if '/prices' in each.path else 'jobs'}" for each in told]
    return calls[: calls.index(CREATE) + 1]


async def test_first_job_of_a_new_resource_takes_three_calls(scene: Scene) -> None:
    await until_leading(scene.operator)

    assert await calls_until_job(scene) == [READ, CLAIM, CREATE]


async def test_leader_that_begins_asks_for_jobs_of_a_resource_without_status(
    scene: Scene,
) -> None:
    await scene.operator.kill()
    await scene.apply()
    before = len(scene.proxy.requests)
    await scene.operator.start()

    assert await calls_since(scene, before) == [READ, LIST, CLAIM, CREATE]


async def test_leader_that_overslept_another_one_asks_for_jobs(
    scene: Scene, second: OperatorProcess
) -> None:
    scene.operator.pause()
    await until_leading(second)
    await second.terminate()
    scene.operator.go_on()
    await until_lease_is_back(scene)

    assert await calls_until_job(scene) == [READ, LIST, CLAIM, CREATE]


async def until_lease_is_back(scene: Scene) -> None:
    """Waits until the first operator has renewed the Lease twice: what the first began is over."""
    before = len(scene.proxy.requests)
    while sum(each.verb == "PUT" for each in scene.proxy.requests[before:]) < 2:
        await until_leading(scene.operator)
