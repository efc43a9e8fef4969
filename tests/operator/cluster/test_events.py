"""Events: one object for the same words, counted up, also by the next process."""

import asyncio
import itertools
from datetime import UTC, datetime

from superzol_operator.cluster import Cluster
from superzol_operator.decide.contract import Emit
from superzol_operator.events import BURST, PATIENCE_SECONDS, Recorder, Said
from superzol_operator.keys import Key
from superzol_operator.resource import Resource, read_resource
from tests.cluster.api import Manifest
from tests.cluster.scene import Scene
from tests.cluster.waiting import until

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
FAILED = Emit("Warning", "RunFailed", "the source is not there")


async def say(cluster: Cluster, resource: Resource, times: int) -> None:
    recorder, key = Recorder(cluster), Key(resource.namespace, resource.name)
    for _ in range(times):
        await recorder.post(Said(key, resource.uid, FAILED, NOW))


async def events(scene: Scene) -> list[Manifest]:
    listed = await scene.namespace.list("events")
    return [each for each in listed if each["reason"] == FAILED.reason]


async def test_same_words_are_one_event_that_counts_over_processes(
    scene: Scene, cluster: Cluster
) -> None:
    resource = read_resource(await scene.apply(suspend=True))

    await say(cluster, resource, 3)
    await say(cluster, resource, 2)

    (event,) = await events(scene)
    assert (event["count"], event["type"]) == (5, "Warning")
    assert event["involvedObject"]["uid"] == resource.uid


async def test_one_object_cannot_flood_the_server(scene: Scene, cluster: Cluster) -> None:
    resource = read_resource(await scene.apply(suspend=True))
    recorder = Recorder(cluster)

    for number in range(100):
        recorder.emit(resource, Emit("Normal", "Loud", str(number)), NOW)

    assert recorder.waiting == BURST


async def test_event_waits_while_there_is_more_urgent_work(scene: Scene, cluster: Cluster) -> None:
    resource = read_resource(await scene.apply(suspend=True))
    asked, calm = asyncio.Event(), asyncio.Event()

    def is_busy() -> bool:
        asked.set()
        return not calm.is_set()

    recorder = Recorder(cluster, is_busy=is_busy)
    posting = asyncio.create_task(recorder.run())
    recorder.emit(resource, FAILED, NOW)
    await asked.wait()
    assert await events(scene) == []

    calm.set()
    await until(lambda: events(scene))
    posting.cancel()


async def test_event_does_not_wait_for_ever(scene: Scene, cluster: Cluster) -> None:
    resource = read_resource(await scene.apply(suspend=True))
    seconds = itertools.count(step=PATIENCE_SECONDS / 2)
    recorder = Recorder(cluster, clock=lambda: next(seconds), is_busy=lambda: True)
    posting = asyncio.create_task(recorder.run())
    recorder.emit(resource, FAILED, NOW)

    await until(lambda: events(scene))
    posting.cancel()
