"""Fault 5: a watch says nothing any more, and nobody closes it."""

import pytest

from tests.cluster.fault_proxy import Fault
from tests.cluster.scene import Scene

SILENCE_SECONDS = "2"


async def test_fault_05_watch_that_went_silent_is_opened_again(scene: Scene) -> None:
    await scene.operator.kill()
    await scene.operator.start(SUPERZOL_OPERATOR_WATCH_INACTIVITY_SECONDS=SILENCE_SECONDS)
    opened = scene.etl.hold("fetch")
    await scene.apply()
    await scene.until_stage("fetch")

    scene.proxy.silence_watches()
    opened.set()

    await scene.until_ended("Succeeded")


@pytest.mark.parametrize("kind", ["jobs", "datasetrefreshes"])
async def test_fault_05_resync_finds_what_no_watch_tells(scene: Scene, kind: str) -> None:
    await scene.operator.kill()
    await scene.operator.start(SUPERZOL_OPERATOR_RESYNC_SECONDS="2")
    scene.proxy.add(Fault("GET", f"/{kind}\\?.*watch=", delay_seconds=3600))
    scene.proxy.drop_connections()

    await scene.apply()

    await scene.until_ended("Succeeded")
