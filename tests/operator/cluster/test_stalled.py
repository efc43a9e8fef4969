"""What the API server cannot know stalls, says what to write, and goes on when it is written."""

import pytest

from superzol_operator.resource import ANNOTATIONS
from tests.cluster.api import Manifest
from tests.cluster.fake_etl import failure
from tests.cluster.fault_proxy import Fault
from tests.cluster.kubelet import Played, Pod, Waiting
from tests.cluster.scene import DATASETS, Scene

NIGHTLY = "0 2 * * *"
WRONG: list[tuple[str, Manifest, str, Manifest]] = [
    (
        "InvalidSchedule",
        {"schedule": {"cron": "0 0 31 2 *"}},
        "cron '0 0 31 2 *' (bad day-of-month): write ranges upwards, such as 1-5 or 0,6, and days "
        "that their month has",
        {"schedule": {"cron": NIGHTLY}},
    ),
    (
        "InvalidSchedule",
        {"schedule": {"cron": "0 5-2 * * *"}},
        "cron '0 5-2 * * *' (bad hour): write ranges upwards",
        {"schedule": {"cron": NIGHTLY}},
    ),
    (
        "InvalidTimeZone",
        {"schedule": {"cron": NIGHTLY, "timeZone": "Asia"}},
        "timeZone 'Asia' is not known: write a name such as Asia/Jerusalem",
        {"schedule": {"timeZone": "Israel"}},
    ),
    (
        "JobRefused",
        {"podTemplate": {"serviceAccountName": "admin"}},
        "podTemplate.serviceAccountName admin is not one the operator allows: write default",
        {"podTemplate": {"serviceAccountName": "default"}},
    ),
]


@pytest.mark.parametrize(("reason", "wrong", "sentence", "right"), WRONG)
async def test_wrong_word_stalls_until_it_is_edited(
    scene: Scene, reason: str, wrong: Manifest, sentence: str, right: Manifest
) -> None:
    await scene.apply(**wrong)
    status = await scene.until_status(lambda now: scene.condition(now, "Stalled"))
    stalled = scene.condition(status, "Stalled")
    assert stalled["reason"] == reason
    assert sentence in stalled["message"]
    assert scene.condition(status, "Ready")["status"] == "False"
    assert status["observedGeneration"] == 1

    await scene.edit(**right)

    status = await scene.until_ended("Succeeded")
    assert scene.condition(status, "Stalled") == {}
    assert scene.condition(status, "Ready")["status"] == "True"


async def test_refusal_longer_than_a_status_holds_stalls_with_its_beginning(scene: Scene) -> None:
    scene.proxy.add(Fault("POST", "/jobs$", status=422, message="no " * 20_000, times=1))
    await scene.apply()
    status = await scene.until_ended("Failed")
    assert scene.condition(status, "Stalled")["reason"] == "JobRefused"
    assert len(status["lastRun"]["message"]) == 1024


async def test_failure_for_good_is_tried_again_on_an_edit(scene: Scene) -> None:
    scene.etl.endings["fetch"] = [failure(66, "NotFound", "there is no dataset of this name")]
    await scene.apply()
    status = await scene.until_ended("Failed")
    assert scene.condition(status, "Stalled")["reason"] == "DatasetNotFound"

    await scene.edit(podTemplate={"labels": {"team": "prices"}})

    status = await scene.until_ended("Succeeded")
    assert status["lastRun"]["id"] == "g-2"


async def test_image_that_is_none_stalls_with_its_name_and_goes_on_with_another(
    scene: Scene,
) -> None:
    usual = scene.etl.usual
    told = 'Back-off pulling image "etl:no"'

    def pull(pod: Pod) -> Played:
        image = pod.manifest["spec"]["containers"][0]["image"]
        return Waiting("ImagePullBackOff", told) if image == "etl:no" else usual(pod)

    scene.kubelet.script = pull
    fast = {"limit": 0, "initialBackoffSeconds": 1, "maxBackoffSeconds": 1}
    run = {"startDeadlineSeconds": 5}
    await scene.apply(podTemplate={"image": "etl:no"}, run=run, retry=fast)
    status = await scene.until_ended("Failed")
    stalled = scene.condition(status, "Stalled")
    assert stalled["reason"] == "RetriesExhausted"
    assert f"did not start in 5 s: ImagePullBackOff: {told}" in stalled["message"]

    await scene.edit(podTemplate={"image": "etl:yes"}, run={"startDeadlineSeconds": 600})

    await scene.until_ended("Succeeded")


async def test_younger_of_two_with_one_folder_stalls_until_the_older_goes(scene: Scene) -> None:
    old = await scene.apply("old", storage={"claimName": "data", "path": "here"}, suspend=True)
    await scene.until_status(lambda now: "conditions" in now, "old")
    await scene.apply("young", storage={"claimName": "data", "path": "here"})
    status = await scene.until_status(lambda now: scene.condition(now, "Stalled"), "young")
    stalled = scene.condition(status, "Stalled")
    assert stalled["reason"] == "TargetConflict"
    assert f"{scene.namespace.name}/old was there first" in stalled["message"]

    await scene.namespace.delete(DATASETS, "old")
    await scene.until_gone(old)

    await scene.until_ended("Succeeded", "young")


@pytest.mark.parametrize("word", ["rami levy", "rami_levy@0", "rami_levy@32767"])
async def test_request_to_accept_nothing_is_told_what_to_write(scene: Scene, word: str) -> None:
    await scene.apply(suspend=True)
    await scene.until_status(lambda now: "conditions" in now)
    await scene.edit(suspend=False)
    await scene.until_ended("Succeeded")

    await scene.annotate(accept=word)

    event = await scene.until_event("InvalidAccept")
    assert "write such as rami_levy@812" in event["message"]
    status = await scene.status()
    assert status["lastHandledAccept"] == word
    assert "currentRun" not in status
    found = await scene.namespace.read(DATASETS, "prices")
    assert found["metadata"]["annotations"][f"{ANNOTATIONS}/accept"] == word
