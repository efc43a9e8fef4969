"""Fault 8: 409 on the patch of a status."""

import asyncio
from contextlib import suppress

from tests.cluster.fault_proxy import Fault
from tests.cluster.scene import Scene

WRITE_SECONDS = 0.15
CONFLICTS = 3


async def write_for_ever(scene: Scene) -> None:
    number = 0
    while True:
        labels = {"labels": {"written": str(number := number + 1)}}
        await scene.namespace.patch("datasetrefreshes", "prices", {"metadata": labels})
        await asyncio.sleep(WRITE_SECONDS)


async def test_fault_08_run_goes_on_while_somebody_else_writes(scene: Scene) -> None:
    await scene.apply()
    writer = asyncio.create_task(write_for_ever(scene))
    try:
        status = await scene.until_ended("Succeeded")
    finally:
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer

    assert len(status["history"]) == 1


async def test_fault_08_lost_race_for_the_status_is_decided_anew(scene: Scene) -> None:
    fault = scene.proxy.add(Fault("PATCH", "/status", status=409, times=CONFLICTS))

    await scene.apply()
    status = await scene.until_ended("Succeeded")

    assert (len(status["history"]), status["lastRun"]["attempts"]) == (1, 1)
    assert fault.times == 0
    conflicts = f'operator_reconcile_errors_total{{kind="conflict"}} {CONFLICTS}.0'
    assert conflicts in await scene.operator.read_metrics()
