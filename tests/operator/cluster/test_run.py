"""The operator as a process: what it does for a resource from the first look on."""

from tests.cluster.scene import Scene


async def test_new_resource_is_fetched_loaded_and_published(scene: Scene) -> None:
    await scene.apply()

    status = await scene.until_ended("Succeeded")

    ready = next(each for each in status["conditions"] if each["type"] == "Ready")
    assert ready["status"] == "True"
    assert {pod.stage for pod in scene.etl.played} == {"fetch", "load", "publish"}
