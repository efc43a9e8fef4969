"""Fault 20: the files are to go with the resource, and the cleanup fails."""

import pytest

from tests.cluster.fake_etl import failure
from tests.cluster.kubelet import Ending, Waiting
from tests.cluster.scene import DATASETS, Scene
from tests.cluster.waiting import until

FAILING: dict[str, Ending | list[Ending]] = {
    "no": [],
    "it ends badly": failure(77, "NotAllowed"),
    "it does not start": Waiting("ImagePullBackOff", "no such image"),
}


@pytest.mark.parametrize("how", FAILING)
async def test_fault_20_resource_goes_whatever_became_of_its_files(scene: Scene, how: str) -> None:
    await scene.apply(
        deletionPolicy="Delete",
        run={"deadlineSeconds": 60, "startDeadlineSeconds": 5, "podRetries": 0},
    )
    await scene.until_ended("Succeeded")
    resource = await scene.namespace.read(DATASETS, "prices")
    assert resource["metadata"]["finalizers"] == ["refresh.superzol.com/cleanup"]

    scene.etl.endings["cleanup"] = FAILING[how]
    await scene.namespace.delete(DATASETS, "prices")
    await until(
        lambda: scene.namespace.find(DATASETS, "prices"),
        lambda found: found is None,
    )
    assert "cleanup" in [pod.stage for pod in scene.etl.played] or how == "it does not start"
    if how != "no":
        await scene.until_event("CleanupFailed")


async def test_fault_20_resource_that_keeps_its_files_has_no_finalizer(scene: Scene) -> None:
    await scene.apply()
    await scene.until_ended("Succeeded")
    resource = await scene.namespace.read(DATASETS, "prices")
    assert "finalizers" not in resource["metadata"]
