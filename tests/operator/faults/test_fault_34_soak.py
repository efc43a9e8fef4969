"""Fault 34: a long life; bench/operator does 50,000 reconciles."""

import re

from tests.cluster.scene import Scene
from tests.cluster.waiting import until

RESOURCES, WARM_UP, ROUNDS = 5, 40, 120
MOST_GROWTH_BYTES = 6 * 1024 * 1024


def series(metrics: str) -> set[str]:
    """The names and labels of what is measured, without the values.

    Without answers of the API server by their code too: there are as many as there are codes.
    """
    lines = [line for line in metrics.splitlines() if not line.startswith("#")]
    return {line.rsplit(" ", 1)[0] for line in lines if "operator_api_requests" not in line}


def reconciles(metrics: str) -> float:
    counts = re.findall(r"^operator_reconcile_duration_seconds_count\S* (\S+)", metrics, re.M)
    return sum(map(float, counts))


async def bump(scene: Scene, names: list[str], rounds: range) -> None:
    """Changes every resource once a round, and waits until each change was looked at."""
    before = reconciles(await scene.operator.read_metrics())
    for number in rounds:
        for name in names:
            await scene.annotate(name, note=str(number))
    # changes that come while one is looked at are looked at together
    await until(scene.operator.read_metrics, lambda now: reconciles(now) >= before + len(rounds))


async def test_fault_34_memory_and_metrics_do_not_grow_with_reconciles(scene: Scene) -> None:
    names = [f"prices-{number}" for number in range(RESOURCES)]
    for name in names:
        await scene.apply(name, storage={"claimName": "data", "path": name})
        await scene.until_ended("Succeeded", name)
    await bump(scene, names, range(WARM_UP))
    memory, measured = scene.operator.rss_bytes, series(await scene.operator.read_metrics())

    await bump(scene, names, range(WARM_UP, WARM_UP + ROUNDS))
    assert series(await scene.operator.read_metrics()) == measured
    assert scene.operator.rss_bytes - memory < MOST_GROWTH_BYTES
