"""What is read of Jobs and pods."""

from typing import Any

import pytest

from superzol_operator.observe import read_indexes, read_pod

CREATED = "2026-11-21T02:00:00Z"


def pod(status: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "pod", "creationTimestamp": CREATED, **metadata},
        "status": status,
    }


def container(**state: Any) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "etl", "state": state}]}


@pytest.mark.parametrize(("text", "indexes"), [("", ()), ("3", (3,)), ("0,2-4,7", (0, 2, 3, 4, 7))])
def test_indexes_are_read_as_a_job_tells_them(text: str, indexes: tuple[int, ...]) -> None:
    assert read_indexes(text) == indexes


def test_pod_that_ended_tells_code_reason_and_last_words() -> None:
    ended = {"exitCode": 137, "reason": "OOMKilled", "message": "last words"}
    index = {"batch.kubernetes.io/job-completion-index": "2"}

    outcome = read_pod(pod(container(terminated=ended), annotations=index))

    assert (outcome.exit_code, outcome.reason, outcome.message) == (137, "OOMKilled", "last words")
    assert (outcome.index, outcome.started) == (2, True)


def test_pod_that_waits_tells_why() -> None:
    waiting = {"reason": "ImagePullBackOff", "message": "no such image"}

    outcome = read_pod(pod(container(waiting=waiting)))

    assert (outcome.reason, outcome.message) == ("ImagePullBackOff", "no such image")
    assert (outcome.exit_code, outcome.started) == (None, False)


def test_pod_without_a_node_tells_what_the_scheduler_says() -> None:
    unbound = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": 'persistentvolumeclaim "data" not found',
    }

    outcome = read_pod(pod({"conditions": [unbound]}))

    assert outcome.reason == "Unschedulable"
    assert outcome.message == 'persistentvolumeclaim "data" not found'


def test_evicted_pod_is_disrupted_and_not_at_fault() -> None:
    gone = {"type": "DisruptionTarget", "status": "True"}

    outcome = read_pod(pod({**container(terminated={"exitCode": 137}), "conditions": [gone]}))

    assert outcome.disrupted


@pytest.mark.parametrize("reason", ["OutOfcpu", "NodeAffinity", "UnexpectedAdmissionError"])
def test_pod_that_its_node_rejected_waits_for_nothing(reason: str) -> None:
    rejected = {"phase": "Failed", "reason": reason, "message": "Pod was rejected"}

    outcome = read_pod(pod(rejected))

    assert (outcome.reason, outcome.message) == (reason, "Pod was rejected")
    assert (outcome.exit_code, outcome.started) == (None, True)


def test_container_that_an_admission_added_speaks_for_no_pod() -> None:
    beside = {"name": "proxy", "state": {"running": {"startedAt": CREATED}}}
    ours = {"name": "etl", "state": {"waiting": {"reason": "ImagePullBackOff"}}}

    outcome = read_pod(pod({"containerStatuses": [beside, ours]}))

    assert (outcome.reason, outcome.started) == ("ImagePullBackOff", False)
