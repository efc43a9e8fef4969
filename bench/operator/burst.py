"""Many resources at once: how long until each is claimed and has its first Job."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from bench.operator.stage import Stage, create_all, leading, open_stage
from bench.operator.watching import CR_NAME, first_job, until_births, until_jobs
from bench.results import Table
from tests.cluster.api import Manifest
from tests.cluster.control_plane import ControlPlane

COUNTS = (500, 2000)
SLOTS = 500
PATIENCE_SECONDS = 300.0
# as many as the operator has workers
FLOOR_AT_ONCE = 16


async def measure(plane: ControlPlane) -> Table:
    """Bursts beside the same writes by a client that does nothing else."""
    rows = []
    for count in COUNTS:
        rows += [await _created(plane, count), await _bare(plane, count)]
    rows.append(await _slots(plane, SLOTS))
    ratios = [_ratio(rows[0], rows[1]), _ratio(rows[2], rows[3])]
    notes = (
        "From the creation of a resource (or its slot) to its first Job, as a watch sees it; the "
        "cap of runs is lifted. The floor is a client that does PATCH status + POST Job of as "
        f"many, {FLOOR_AT_ONCE} at once, against the same API server, timed from its first call. "
        f"p99 over the floor's: {ratios[0]} and {ratios[1]}; the goal is at most 2."
    )
    header = ["what", "p50 s", "p99 s", "all s", "operator MiB"]
    return Table("Many resources at once", notes, header, rows)


async def _created(plane: ControlPlane, count: int) -> list[str]:
    async with open_stage(plane) as stage, leading(stage.operator("burst")) as operator:
        manifests = [stage.resource(f"r{number:05}") for number in range(count)]
        seen = asyncio.create_task(until_jobs(stage, count))
        began = time.monotonic()
        born = asyncio.create_task(until_births(stage, count))
        await create_all(stage, "datasetrefreshes", manifests)
        jobs, births = await asyncio.wait_for(asyncio.gather(seen, born), PATIENCE_SECONDS)
        waits = sorted(jobs[name] - births[name] for name in births)
        whole = max(jobs.values()) - began
        return _row(f"{count:,} resources created at once", waits, whole, operator.rss_bytes)


async def _slots(plane: ControlPlane, count: int) -> list[str]:
    async with open_stage(plane) as stage, leading(stage.operator("slots")) as operator:
        slot = next_minute(datetime.now(UTC) + timedelta(seconds=60))
        schedule = {"cron": f"{slot.minute} {slot.hour} * * *", "runOnCreate": False}
        names = [f"r{number:05}" for number in range(count)]
        seen = asyncio.create_task(until_jobs(stage, count))
        await create_all(
            stage, "datasetrefreshes", [stage.resource(name, schedule=schedule) for name in names]
        )
        begins = time.monotonic() + (slot - datetime.now(UTC)).total_seconds()
        jobs = await asyncio.wait_for(seen, PATIENCE_SECONDS)
        waits = sorted(at - begins for at in jobs.values())
        return _row(f"{count:,} slots in one second", waits, waits[-1], operator.rss_bytes)


async def _bare(plane: ControlPlane, count: int) -> list[str]:
    """The floor: claims and Jobs of one operator's run, written by a client without a thought."""
    async with open_stage(plane) as stage:
        manifests = [stage.resource(f"r{number:05}") for number in range(count)]
        await create_all(stage, "datasetrefreshes", manifests)
        claim, job = await record_writes(stage)
        gate = asyncio.Semaphore(FLOOR_AT_ONCE)
        began = time.monotonic()

        async def write(name: str) -> float:
            async with gate:
                await stage.namespace.patch("datasetrefreshes", name, claim, "status")
                await stage.namespace.create("jobs", _renamed(job, name))
                return time.monotonic() - began

        waits = sorted(
            await asyncio.gather(*(write(each["metadata"]["name"]) for each in manifests))
        )
        return _row(f"{count:,} bare PATCH + POST", waits, waits[-1], None)


async def record_writes(stage: Stage) -> tuple[Manifest, Manifest]:
    """What an operator writes for one resource: its status with the claim, and its Job."""
    async with leading(stage.operator("recorded", SUPERZOL_OPERATOR_MAX_ACTIVE_RUNS="1")):
        job = (await first_job(stage))["metadata"]["labels"][CR_NAME]
        resource = await stage.namespace.read("datasetrefreshes", job)
        written = (await stage.namespace.list("jobs"))[0]
    kept = ("labels", "annotations", "ownerReferences", "namespace")
    metadata = {key: written["metadata"][key] for key in kept if key in written["metadata"]}
    spec = {key: value for key, value in written["spec"].items() if key != "selector"}
    labels = {
        key: value
        for key, value in spec["template"]["metadata"]["labels"].items()
        if "controller-uid" not in key and "job-name" not in key
    }
    spec["template"]["metadata"] = {"labels": labels}
    manifest = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}
    return {"status": resource["status"]}, manifest


def _renamed(job: Manifest, name: str) -> Manifest:
    return {**job, "metadata": {**job["metadata"], "name": f"bare-{name}"}}


def next_minute(time: datetime) -> datetime:
    """The next whole minute."""
    return time.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _row(what: str, waits: list[float], whole: float, rss_bytes: int | None) -> list[str]:
    p50, p99 = (waits[int(len(waits) * part)] for part in (0.5, 0.99))
    memory = "" if rss_bytes is None else f"{rss_bytes / 2**20:.0f}"
    return [what, f"{p50:.2f}", f"{p99:.2f}", f"{whole:.2f}", memory]


def _ratio(row: list[str], floor: list[str]) -> str:
    return f"{float(row[2]) / float(floor[2]):.2f}"
