"""One operator goes, another takes over; and a request at idle."""

import asyncio
import time
from functools import partial

from bench.operator.stage import Stage, create_all, is_leading, leading, open_stage
from bench.operator.standstill import undisturbed
from bench.operator.watching import until_job_of
from bench.results import Table
from tests.cluster.control_plane import ControlPlane
from tests.cluster.operator_process import OperatorProcess
from tests.cluster.waiting import until

PATIENCE_SECONDS = 60.0
REQUESTS = 50
PAUSE_SECONDS = 0.2


async def measure(plane: ControlPlane) -> Table:
    """Take-over by SIGKILL and SIGTERM, and requests one after the other."""
    async with open_stage(plane) as stage:
        killed = await undisturbed(partial(_take_over, stage, kills=True))
        stopped = await undisturbed(partial(_take_over, stage, kills=False))
    waits = await undisturbed(partial(_requests, plane))
    notes = "The Lease has its terms of production: 15 s, renewed every 2 s."
    rows = [
        ["take-over after SIGKILL", f"{killed:.1f} s", "≤ 20 s"],
        ["take-over after SIGTERM", f"{stopped:.1f} s", "≤ 3 s"],
        [f"request to Job at idle, p50 of {REQUESTS}", f"{waits[REQUESTS // 2]:.3f} s", ""],
        [f"request to Job at idle, slowest of {REQUESTS}", f"{waits[-1]:.3f} s", "≤ 1 s"],
    ]
    return Table("Take-over and requests", notes, ["what", "measured", "goal"], rows)


async def _take_over(stage: Stage, kills: bool) -> float:
    first, second = stage.operator("first"), stage.operator("second")
    try:
        async with leading(first):
            await second.start()
            await until(lambda: _is_up(second), timeout_seconds=PATIENCE_SECONDS)
            began = time.monotonic()
            if kills:
                await first.kill()
            else:
                first.process.terminate()
            await until(lambda: is_leading(second), timeout_seconds=PATIENCE_SECONDS)
            return time.monotonic() - began
    finally:
        await second.kill()


async def _is_up(operator: OperatorProcess) -> bool:
    try:
        return await operator.is_alive()
    except OSError:
        return False


async def _requests(plane: ControlPlane) -> list[float]:
    async with open_stage(plane) as stage, leading(stage.operator("requests")):
        names = [f"r{number:03}" for number in range(REQUESTS)]
        never = {"runOnCreate": False}
        await create_all(
            stage, "datasetrefreshes", [stage.resource(name, schedule=never) for name in names]
        )
        await asyncio.sleep(5)
        waits = []
        for name in names:
            seen = asyncio.create_task(until_job_of(stage, name))
            await asyncio.sleep(PAUSE_SECONDS)
            began = time.monotonic()
            annotations = {"annotations": {"refresh.superzol.com/requestedAt": "now"}}
            await stage.namespace.patch("datasetrefreshes", name, {"metadata": annotations})
            waits.append(await asyncio.wait_for(seen, PATIENCE_SECONDS) - began)
        return sorted(waits)
