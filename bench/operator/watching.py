"""When things come to be, as a watch sees it, by the monotonic clock."""

import time

from bench.operator.stage import Stage
from tests.cluster.api import Manifest

CR_NAME = "refresh.superzol.com/cr-name"


async def first_job(stage: Stage) -> Manifest:
    """Waits for a Job."""
    async for change in stage.namespace.watch("jobs"):
        return change.object
    raise AssertionError("a watch has no end")


async def until_job_of(stage: Stage, name: str) -> float:
    """When the first Job of a resource was seen."""
    async for change in stage.namespace.watch("jobs"):
        if change.object["metadata"]["labels"][CR_NAME] == name:
            return time.monotonic()
    raise AssertionError("a watch has no end")


async def until_jobs(stage: Stage, count: int) -> dict[str, float]:
    """When the first Job of each resource was seen."""
    seen: dict[str, float] = {}
    async for change in stage.namespace.watch("jobs"):
        seen.setdefault(change.object["metadata"]["labels"][CR_NAME], time.monotonic())
        if len(seen) == count:
            break
    return seen


async def until_births(stage: Stage, count: int) -> dict[str, float]:
    """When each resource was seen first."""
    seen: dict[str, float] = {}
    async for change in stage.namespace.watch("datasetrefreshes"):
        seen.setdefault(change.object["metadata"]["name"], time.monotonic())
        if len(seen) == count:
            break
    return seen
