"""Holds a run at one of its stages, so that a fault happens in the middle of it."""

import asyncio

from tests.cluster.kubelet import Ending, Pod
from tests.cluster.scene import Scene


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
