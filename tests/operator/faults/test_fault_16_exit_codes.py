"""Fault 16: a stage ends badly, in every way that docs/etl.md names, or says nothing of use."""

import pytest

from tests.cluster.fake_etl import failure
from tests.cluster.kubelet import OUT_OF_MEMORY, Exit
from tests.cluster.scene import Scene

# pods are not tried again by their Job, so that an attempt is a pod
NO_POD_RETRIES = {"deadlineSeconds": 600, "startDeadlineSeconds": 600, "podRetries": 0}
PERMANENT = {
    64: ("InvalidUsage", "InvalidUsage"),
    65: ("BadData", "SchemaDrift"),
    66: ("NotFound", "DatasetNotFound"),
    77: ("NotAllowed", "AuthenticationFailed"),
    78: ("TargetConflict", "TargetConflict"),
}
PASSING = {
    "told to wait": failure(75, "RateLimited"),
    "out of memory": OUT_OF_MEMORY,
    "killed": Exit(137),
    "unforeseen": failure(70, "Unforeseen"),
    "garbage": Exit(1, '{"v":1,"result":'),
    "a log's tail": Exit(1, "Traceback (most recent call last):\n\x1b[31mboom\x1b[0m"),
    "too much": Exit(1, "x" * 10_240),
    "brackets without an end": Exit(1, "[" * 4_000),
}


@pytest.mark.parametrize("code", PERMANENT)
async def test_fault_16_what_no_retry_heals_stalls_after_one_pod(scene: Scene, code: int) -> None:
    reason, stalled = PERMANENT[code]
    scene.etl.endings["fetch"] = failure(code, reason, "why it is so")
    await scene.apply()
    status = await scene.until_ended("Failed")
    last = status["lastRun"]
    assert (last["reason"], last["message"], last["attempts"]) == (reason, "why it is so", 1)
    assert scene.condition(status, "Stalled")["reason"] == stalled
    assert scene.condition(status, "Ready")["status"] == "False"
    assert len(scene.etl.played) == 1


@pytest.mark.parametrize("how", PASSING)
async def test_fault_16_what_a_retry_may_heal_is_tried_again(scene: Scene, how: str) -> None:
    scene.etl.endings["fetch"] = [PASSING[how]]
    await scene.apply(run=NO_POD_RETRIES)
    status = await scene.until_ended("Succeeded")
    assert status["lastRun"]["attempts"] == 2
    assert scene.condition(status, "Stalled") == {}


async def test_fault_16_message_of_ten_kilobytes_is_cut_and_plain(scene: Scene) -> None:
    once = {"limit": 0, "initialBackoffSeconds": 1, "maxBackoffSeconds": 1}
    scene.etl.endings["fetch"] = Exit(1, "\x1b[31m" + "x" * 10_240)
    await scene.apply(run=NO_POD_RETRIES, retry=once)
    last = (await scene.until_ended("Failed"))["lastRun"]
    assert last["reason"] == "Exit1"
    assert len(last["message"]) <= 1024 and last["message"].isprintable()


async def test_fault_16_who_is_told_to_wait_for_ever_does_not(scene: Scene) -> None:
    for_ever = failure(75, "RateLimited", "come back later", retryAfterSeconds=2**53 - 1)
    scene.etl.endings["fetch"] = [for_ever]
    await scene.apply(run=NO_POD_RETRIES)
    last = (await scene.until_ended("Failed"))["lastRun"]
    assert last["reason"] == "RateLimited"
    assert last["message"] == "no time is left for another attempt: come back later"


async def test_fault_16_retries_end_and_say_so(scene: Scene) -> None:
    twice = {"limit": 1, "initialBackoffSeconds": 1, "maxBackoffSeconds": 1}
    scene.etl.endings["fetch"] = OUT_OF_MEMORY
    await scene.apply(run=NO_POD_RETRIES, retry=twice)
    status = await scene.until_ended("Failed")
    assert (status["lastRun"]["reason"], status["lastRun"]["attempts"]) == ("OOMKilled", 2)
    assert scene.condition(status, "Stalled")["reason"] == "RetriesExhausted"
