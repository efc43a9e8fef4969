"""Holds a run at one of its stages, so that a fault happens in the middle of it."""

import asyncio

import aiohttp

from tests.cluster.kubelet import Ending, Pod
from tests.cluster.operator_process import OperatorProcess
from tests.cluster.scene import Scene
from tests.cluster.waiting import until


def hold(scene: Scene, stage: str) -> asyncio.Event:
    """Lets the pods of a stage run on until the event is set; then they end as usual."""
    opened = asyncio.Event()

    async def end_when_opened(pod: Pod) -> Ending:
        await opened.wait()
        return scene.etl(pod)

    scene.kubelet.script = lambda pod: (
        end_when_opened(pod) if pod.stage == stage else scene.etl(pod)
    )
    return opened


async def leads(operator: OperatorProcess) -> bool:
    """Tells whether an operator works; one that starts does not yet."""
    try:
        return "operator_is_leader 1.0" in await operator.read_metrics()
    except aiohttp.ClientConnectionError:
        return False


async def until_leading(operator: OperatorProcess) -> None:
    """Waits until an operator works."""
    await until(lambda: leads(operator))
