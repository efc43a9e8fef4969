"""Fault 28: the status is wiped, or comes back from a backup without it."""

import pytest

from tests.cluster.fake_etl import option
from tests.cluster.scene import DATASETS, Scene
from tests.cluster.waiting import until


async def wipe(scene: Scene) -> None:
    """Removes every field that the operator wrote."""
    fields = dict.fromkeys(await scene.status(), None)
    await scene.namespace.patch(DATASETS, "prices", {"status": fields}, "status")


@pytest.mark.parametrize("stage", ["fetch", "load", "publish"])
async def test_fault_28_run_goes_on_by_the_labels_of_its_jobs(scene: Scene, stage: str) -> None:
    go_on = scene.etl.hold(stage)
    await scene.apply()
    await scene.until_stage(stage)
    await scene.operator.kill()
    await wipe(scene)
    await scene.operator.start()
    await scene.until_event("RunAdopted")
    go_on.set()
    status = await scene.until_ended("Succeeded")
    assert status["lastRun"]["id"] == "g-1"
    assert {work.run_id for work in scene.witness.jobs} == {"g-1"}


async def test_fault_28_accept_goes_on_by_its_jobs_alone(scene: Scene) -> None:
    await scene.apply()
    await scene.until_ended("Succeeded")
    go_on = scene.etl.hold("accept")
    await scene.annotate(accept="rami_levy@811")
    await scene.until_stage("accept")
    await scene.operator.kill()
    await wipe(scene)
    gone = {"metadata": {"annotations": {"refresh.superzol.com/accept": None}}}
    await scene.namespace.patch(DATASETS, "prices", gone)
    await scene.operator.start()
    go_on.set()
    status = await scene.until_status(lambda now: now.get("lastRun", {}).get("trigger") == "Accept")
    assert status["lastRun"]["result"] == "Succeeded"
    assert option(scene.etl.played[-1], "--version") == "811"


async def test_fault_28_run_that_ended_is_recorded_and_not_repeated(scene: Scene) -> None:
    await scene.apply()
    await scene.until_ended("Succeeded")
    ran = len(scene.etl.played)
    await wipe(scene)
    status = await scene.until_ended("Succeeded")
    assert status["lastRun"]["id"] == "g-1"
    assert len(scene.etl.played) == ran


async def test_fault_28_resource_from_a_backup_of_another_cluster_runs_anew(scene: Scene) -> None:
    old = await scene.apply()
    await scene.until_ended("Succeeded")
    await scene.namespace.delete(DATASETS, "prices")
    await until(lambda: scene.namespace.find(DATASETS, "prices"), lambda found: found is None)
    await scene.apply()
    status = await scene.until_ended("Unchanged")
    assert status["lastRun"]["id"] == "g-1"
    assert old["metadata"]["uid"] not in str(status)
