"""Fault 19: the resource is deleted while a run goes on."""

from tests.cluster.kubelet import Running
from tests.cluster.scene import DATASETS, Scene
from tests.cluster.waiting import until


async def until_all_is_gone(scene: Scene) -> None:
    async def left() -> list[str]:
        kinds = (DATASETS, "jobs", "pods")
        found = [each for kind in kinds for each in await scene.namespace.list(kind)]
        return [each["metadata"]["name"] for each in found]

    await until(left, lambda names: not names)


async def test_fault_19_jobs_and_pods_go_and_none_comes_again(scene: Scene) -> None:
    scene.etl.endings["load"] = Running()
    await scene.apply()
    await scene.until_stage("load")
    await scene.namespace.delete(DATASETS, "prices")
    await until_all_is_gone(scene)
    seen = dict(scene.witness.jobs)

    # another resource is served meanwhile: the operator is neither stuck nor dead
    del scene.etl.endings["load"]
    await scene.apply("other", storage={"claimName": "kaggle-data", "path": "other"})
    await scene.until_ended("Succeeded", "other")
    new = [work for work in scene.witness.jobs if work not in seen]
    other = await scene.namespace.read(DATASETS, "other")
    assert {work.resource_uid for work in new} == {other["metadata"]["uid"]}


async def test_fault_19_all_goes_without_the_operator_too(scene: Scene) -> None:
    scene.etl.endings["load"] = Running()
    await scene.apply()
    await scene.until_stage("load")
    await scene.operator.kill()
    await scene.namespace.delete(DATASETS, "prices")
    await until_all_is_gone(scene)
    await scene.operator.start()
