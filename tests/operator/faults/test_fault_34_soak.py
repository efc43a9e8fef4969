"""Fault 34: a long life; bench/operator does 50,000 reconciles."""

import asyncio
import re
from uuid import uuid4

from tests.cluster.scene import Scene
from tests.cluster.waiting import PATIENCE_SECONDS

RESOURCES, WARM_UP, LOOKS = 5, 100, 300
MOST_GROWTH_BYTES = 6 * 1024 * 1024
BY_KIND = "operator_api_requests", "operator_reconcile_errors"


def series(metrics: str) -> set[str]:
    """The names and labels of what is measured, without the values.

    Without answers of the API server by their code, and errors by their kind: there are as many as
    there are codes and kinds, and a busy machine sees more of them.
    """
    lines = [line for line in metrics.splitlines() if not line.startswith(("#", *BY_KIND))]
    return {line.rsplit(" ", 1)[0] for line in lines}


def reconciles(metrics: str) -> float:
    counts = re.findall(r"^operator_reconcile_duration_seconds_count\S* (\S+)", metrics, re.M)
    return sum(map(float, counts))


async def bump(scene: Scene, names: list[str], looks: int) -> None:
    """Changes every resource, again and again, until so many more looks were made.

    Changes that come while one is looked at are looked at together.
    """
    enough = reconciles(await scene.operator.read_metrics()) + looks
    async with asyncio.timeout(PATIENCE_SECONDS):
        while reconciles(await scene.operator.read_metrics()) < enough:
            for name in names:
                await scene.annotate(name, note=uuid4().hex)


async def test_fault_34_memory_and_metrics_do_not_grow_with_reconciles(scene: Scene) -> None:
    names = [f"prices-{number}" for number in range(RESOURCES)]
    for name in names:
        await scene.apply(name, storage={"claimName": "data", "path": name})
        await scene.until_ended("Succeeded", name)
    await bump(scene, names, WARM_UP)
    memory, measured = scene.operator.rss_bytes, series(await scene.operator.read_metrics())

    await bump(scene, names, LOOKS)
    assert series(await scene.operator.read_metrics()) == measured
    assert scene.operator.rss_bytes - memory < MOST_GROWTH_BYTES
