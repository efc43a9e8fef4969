"""The operator as a process: what it does for a resource, what it weighs, what it needs."""

import asyncio
from functools import partial
from pathlib import Path

from tests.cluster.api import Manifest
from tests.cluster.binaries import find_binaries
from tests.cluster.control_plane import running_control_plane
from tests.cluster.fake_etl import option
from tests.cluster.fault_proxy import Fault
from tests.cluster.kubelet import Exit
from tests.cluster.operator_process import OperatorProcess
from tests.cluster.scene import Scene
from tests.cluster.waiting import until

MEBIBYTE = 2**20
MAX_IDLE_MEBIBYTES = 110
WATCHES, LISTS = r"/datasetrefreshes\?.*watch=", r"/datasetrefreshes\?limit="
# for the API server to answer a list, or to tell a watch
ANSWER_SECONDS = 0.5


async def test_new_resource_is_fetched_loaded_and_published(scene: Scene) -> None:
    await scene.apply()

    status = await scene.until_ended("Succeeded")

    assert scene.condition(status, "Ready")["status"] == "True"
    assert {pod.stage for pod in scene.etl.played} == {"fetch", "load", "publish"}
    assert scene.operator.rss_bytes / MEBIBYTE < MAX_IDLE_MEBIBYTES


async def test_word_of_a_request_may_come_again_after_another_one(scene: Scene) -> None:
    await scene.apply()
    await scene.until_ended("Succeeded")
    runs: list[str] = []
    for word in ("monday", "tuesday", "monday"):
        await scene.annotate(requestedAt=word, forceAt=word)
        status = await scene.until_status(partial(is_news, word, runs))
        runs.append(status["lastRun"]["id"])
    names = {option(pod, "--run-id") for pod in scene.etl.played if pod.stage == "load"}
    assert len(names) == 4, "the ledger would answer for an earlier run"


def is_news(word: str, runs: list[str], status: Manifest) -> bool:
    last: Manifest = status["lastRun"]
    return last.get("requestToken", "").startswith(word) and last["id"] not in runs


async def test_words_of_any_length_leave_room_in_the_status(scene: Scene) -> None:
    await scene.apply()
    await scene.until_ended("Succeeded")
    runs: list[str] = []
    for number in range(5):
        word = f"{number}" + "x" * 240_000
        await scene.annotate(requestedAt=word)
        status = await scene.until_status(partial(is_news, f"{number}", runs))
        runs.append(status["lastRun"]["id"])
    assert len(status["lastHandledRequest"]) == 1024


async def test_spec_of_many_letters_is_kept_by_its_run(scene: Scene) -> None:
    notes = {f"note-{number}": "מחיר" * 1024 for number in range(20)}
    await scene.apply(podTemplate={"annotations": notes})
    await scene.until_ended("Succeeded")


async def test_more_chains_held_back_than_a_message_names_are_judged_once(scene: Scene) -> None:
    named = [f"chain_{number}" for number in range(20)] + ["and 10 more"]
    told = {"v": 1, "result": "Partial", "version": 812, "revision": "v812@blake3:9f"}
    counts = {"chains": 40, "chainsLoaded": 10, "chainsMissing": 0, "heldBack": named}
    scene.etl.endings["publish"] = Exit(message=told | counts)
    await scene.apply(validate={"maxHeldBackPercent": 90})
    await scene.until_ended("Partial")
    loads = sum(pod.stage == "load" for pod in scene.etl.played)

    await scene.annotate(requestedAt="again")
    status = await scene.until_ended("Unchanged")

    assert sum(pod.stage == "load" for pod in scene.etl.played) == loads
    assert status["artifact"]["chains"]["missing"] == 0


async def test_chain_held_back_is_tried_again_when_the_tag_of_the_image_moved(scene: Scene) -> None:
    told = {"v": 1, "result": "Partial", "version": 812, "revision": "v812@blake3:9f"}
    counts = {"chains": 20, "chainsLoaded": 19, "chainsMissing": 0, "heldBack": ["rami_levy"]}
    scene.etl.endings["publish"] = Exit(message=told | counts)
    scene.kubelet.image_id = "etl@sha256:old"
    await scene.apply()
    await scene.until_ended("Partial")
    await scene.annotate(requestedAt="the same image")
    await scene.until_ended("Unchanged")

    scene.kubelet.image_id = "etl@sha256:new"
    await scene.annotate(requestedAt="another image")

    status = await scene.until_ended("Partial")
    assert status["artifact"]["image"] == "etl@sha256:new"


async def test_nothing_is_written_when_nothing_changes(scene: Scene) -> None:
    await scene.operator.kill()
    await scene.operator.start(SUPERZOL_OPERATOR_RESYNC_SECONDS="0.2")
    await scene.apply()
    await scene.until_ended("Succeeded")
    resource = await scene.namespace.read("datasetrefreshes", "prices")

    looks = scene.proxy.count("GET", "/datasetrefreshes/prices$")
    while scene.proxy.count("GET", "/datasetrefreshes/prices$") < looks + 5:
        await asyncio.sleep(0.1)

    again = await scene.namespace.read("datasetrefreshes", "prices")
    assert again["metadata"]["resourceVersion"] == resource["metadata"]["resourceVersion"]


async def test_resource_made_while_a_new_leader_lists_is_looked_at_at_once(scene: Scene) -> None:
    await scene.operator.kill()
    standby = scene.proxy.add(Fault("*", "/leases", status=500))
    watches = scene.proxy.count("GET", WATCHES)
    await scene.operator.start()
    await until(lambda: count(scene, WATCHES), lambda now: now > watches)
    answered = asyncio.Event()
    scene.proxy.add(Fault("GET", LISTS, held=answered, times=1))
    lists = scene.proxy.count("GET", LISTS)
    scene.proxy.faults.remove(standby)
    await until(lambda: count(scene, LISTS), lambda now: now > lists)
    await asyncio.sleep(ANSWER_SECONDS)

    await scene.apply()
    await asyncio.sleep(ANSWER_SECONDS)
    answered.set()

    await scene.until_ended("Succeeded")


async def count(scene: Scene, path: str) -> int:
    return scene.proxy.count("GET", path)


async def test_operator_without_its_kind_says_how_to_install_it(tmp_path: Path) -> None:
    with running_control_plane(find_binaries()) as plane:
        log = tmp_path / "operator.log"
        operator = OperatorProcess(plane.admin_kubeconfig, "default", {}, log)
        await operator.start()

        assert await operator.wait() == 78

    assert "the API server does not know datasetrefreshes.superzol.com" in log.read_text()
    assert "superzol-operator crd | kubectl apply -f -" in log.read_text()
