"""Fault 27: one resource at which every look fails."""

import re

from tests.cluster.scene import Scene
from tests.cluster.waiting import until


async def count_errors(scene: Scene) -> float:
    metrics = await scene.operator.read_metrics()
    found = re.search(r'operator_reconcile_errors_total\{kind="unforeseen"\} ([\d.]+)', metrics)
    return float(found[1]) if found else 0.0


async def test_fault_27_poisoned_resource_stops_no_other(scene: Scene) -> None:
    await scene.apply("poison", suspend=True)
    await scene.until_status(lambda status: "conditions" in status, "poison")
    unreadable = {
        "id": "g-1",
        "trigger": "Spec",
        "generation": 1,
        "specHash": "0",
        "specText": "{",
        "stage": "fetch",
        "attempt": 1,
        "startTime": "2026-11-21T02:00:00Z",
        "deadlineTime": "2026-11-21T04:00:00Z",
    }
    poison = {"status": {"currentRun": unreadable}}
    await scene.namespace.patch("datasetrefreshes", "poison", poison, "status")
    await until(lambda: count_errors(scene), lambda errors: errors >= 2)

    await scene.apply("healthy", storage={"claimName": "kaggle-data", "path": "healthy"})
    await scene.until_ended("Succeeded", "healthy")

    # it is looked at ever less often: 0.1 s, doubled, from the first error on
    assert await count_errors(scene) < 12
    assert await scene.operator.is_alive()
    await scene.namespace.patch("datasetrefreshes", "poison", {"status": None}, "status")
    await scene.until_status(lambda status: "conditions" in status, "poison")
