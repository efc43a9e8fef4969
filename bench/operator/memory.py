"""What the operator weighs, idle and after many looks."""

import asyncio
import re

from bench.operator.stage import create_all, leading, open_stage
from bench.results import Table
from tests.cluster.control_plane import ControlPlane
from tests.cluster.operator_process import OperatorProcess

IDLE_SECONDS = 30.0
RESOURCES = 100
WARM_LOOKS, LOOKS = 5_000, 50_000
MEBIBYTE = 2**20


async def measure(plane: ControlPlane) -> Table:
    """Resident memory of an idle operator, and how it grows over 50,000 looks."""
    async with open_stage(plane) as stage, leading(stage.operator("idle")) as operator:
        await asyncio.sleep(IDLE_SECONDS)
        idle = operator.rss_bytes / MEBIBYTE
    async with open_stage(plane) as stage:
        names = [f"r{number:03}" for number in range(RESOURCES)]
        resources = [stage.resource(name, suspend=True) for name in names]
        await create_all(stage, "datasetrefreshes", resources)
        busy = stage.operator("busy", SUPERZOL_OPERATOR_RESYNC_SECONDS="0.5")
        async with leading(busy) as operator:
            await _until_looks(operator, WARM_LOOKS)
            warm = operator.rss_bytes / MEBIBYTE
            await _until_looks(operator, LOOKS)
            after = operator.rss_bytes / MEBIBYTE
    rows = [
        ["idle", f"{idle:.0f} MiB", "≤ 110 MiB"],
        [f"after {WARM_LOOKS:,} looks at {RESOURCES} resources", f"{warm:.1f} MiB", ""],
        [f"after {LOOKS:,} looks", f"{after:.1f} MiB", f"+{after - warm:.1f}, goal < 5 MiB"],
    ]
    notes = "A look reads a resource and its Jobs; here resyncs follow each other without a pause."
    return Table("Memory of the operator", notes, ["when", "resident", "goal"], rows)


async def _until_looks(operator: OperatorProcess, count: int) -> None:
    while await _looks(operator) < count:
        await asyncio.sleep(1)


async def _looks(operator: OperatorProcess) -> float:
    name = "operator_reconcile_duration_seconds_count"
    found = re.search(rf"^{name} ([\d.e+]+)", await operator.read_metrics(), re.M)
    return float(found[1]) if found else 0.0
