"""A new image of the ETL in the operator's settings, which no resource names."""

from tests.cluster.api import Manifest
from tests.cluster.fake_etl import CHAINS, option, report
from tests.cluster.kubelet import Ending, Exit, Pod
from tests.cluster.scene import Scene


def hold_back(scene: Scene) -> None:
    """Lets the ETL hold back a chain of its version, whoever asks."""

    def play(pod: Pod) -> Ending:
        scene.etl.played.append(pod)
        if pod.stage != "publish":
            return scene.etl.usual(pod)
        partial = {"chainsLoaded": CHAINS - 1, "heldBack": ["rami_levy"]}
        return Exit(message=report(pod, "Partial", int(option(pod, "--version")), **partial))

    scene.kubelet.script = play


async def ask(scene: Scene, token: str) -> tuple[Manifest, list[str]]:
    """Asks for a run; returns the status after it, and the stages it had."""
    scene.etl.played.clear()
    await scene.annotate(requestedAt=token)
    status = await scene.until_status(
        lambda told: told.get("lastRun", {}).get("requestToken") == token
    )
    return status, list(dict.fromkeys(pod.stage for pod in scene.etl.played))


async def test_a_chain_held_back_is_tried_once_by_each_image_of_the_etl(scene: Scene) -> None:
    hold_back(scene)
    await scene.apply(validate={"maxHeldBackPercent": 20})
    await scene.until_ended("Partial")

    assert (await ask(scene, "the same image"))[1] == ["fetch"]

    await scene.operator.kill()
    await scene.operator.start(SUPERZOL_OPERATOR_IMAGE="superzol-etl:next")
    status, stages = await ask(scene, "the next image")
    assert stages == ["fetch", "load", "publish"]
    assert status["artifact"]["image"] == "superzol-etl:next"

    assert (await ask(scene, "the next image again"))[1] == ["fetch"]
