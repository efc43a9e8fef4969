"""What a Job's end means: exit codes, termination messages and what others write there."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_operator.decide.contract import JobView, PodOutcome
from superzol_operator.outcome import Kind, failure_of, read_report, reports_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
KEYS = ["result", "reason", "version", "revision", "heldBack", "rows", "chains", "message"]
KEYS += ["retryAfterSeconds"]


def job(*outcomes: PodOutcome, **changes: Any) -> JobView:
    given: dict[str, Any] = {
        "name": "prices-0123456789",
        "uid": "job-1",
        "is_ours": True,
        "run_id": "g-1",
        "stage": "fetch",
        "attempt": 1,
        "spec_hash": "0",
        "created_at": datetime(2026, 11, 20, tzinfo=UTC),
        "finished": "Failed",
        "outcomes": outcomes,
    }
    return JobView(**(given | changes))


@pytest.mark.parametrize(
    ("exit_code", "kind", "stalled_as"),
    [
        (64, Kind.PERMANENT, "InvalidUsage"),
        (65, Kind.PERMANENT, "SchemaDrift"),
        (66, Kind.PERMANENT, "DatasetNotFound"),
        (70, Kind.UNKNOWN, None),
        (75, Kind.TRANSIENT, None),
        (77, Kind.PERMANENT, "AuthenticationFailed"),
        (78, Kind.PERMANENT, "InvalidConfiguration"),
        (137, Kind.UNKNOWN, None),
        (1, Kind.UNKNOWN, None),
    ],
)
def test_exit_codes_say_whether_a_retry_may_help(
    exit_code: int, kind: Kind, stalled_as: str | None
) -> None:
    failure = failure_of(job(PodOutcome("pod", exit_code=exit_code)))
    assert (failure.kind, failure.stalled_as) == (kind, stalled_as)
    assert failure.reason == f"Exit{exit_code}"


def test_the_reason_is_what_the_stage_said() -> None:
    told = json.dumps({"v": 1, "result": "Failed", "reason": "RateLimited", "message": "slow down"})
    failure = failure_of(job(PodOutcome("pod", exit_code=75, message=told)))
    assert (failure.reason, failure.message) == ("RateLimited", "slow down")


def test_a_conflict_of_owners_stalls_by_its_own_name() -> None:
    told = json.dumps({"v": 1, "result": "Failed", "reason": "TargetConflict", "message": "theirs"})
    assert failure_of(job(PodOutcome("p", exit_code=78, message=told))).stalled_as == (
        "TargetConflict"
    )


def test_a_pod_out_of_memory_is_tried_again() -> None:
    failure = failure_of(job(PodOutcome("pod", exit_code=137, reason="OOMKilled")))
    assert (failure.kind, failure.reason) == (Kind.UNKNOWN, "OOMKilled")


def indexed(**exit_codes: list[int]) -> list[PodOutcome]:
    """The pods of each index in their order, given as index_0=[75, 0]."""
    return [
        PodOutcome(f"pod-{name}-{number}", index=int(name[-1]), exit_code=code)
        for name, codes in exit_codes.items()
        for number, code in enumerate(codes)
    ]


@pytest.mark.parametrize("codes", [(75, 77), (77, 75), (70, 75, 77)])
def test_a_permanent_failure_ends_a_job_whatever_failed_before(codes: tuple[int, ...]) -> None:
    pods = [PodOutcome(f"pod-{code}", exit_code=code) for code in codes]
    failure = failure_of(job(*pods))
    assert (failure.kind, failure.stalled_as) == (Kind.PERMANENT, "AuthenticationFailed")


def test_of_passing_failures_one_after_another_the_most_hopeful_counts() -> None:
    pods = [PodOutcome(f"pod-{code}", exit_code=code) for code in (70, 75, 137)]
    assert failure_of(job(*pods)).kind is Kind.TRANSIENT


def test_a_shard_that_succeeded_at_last_does_not_speak_for_the_one_that_failed() -> None:
    pods = indexed(index_0=[75, 0], index_1=[65])
    failure = failure_of(job(*pods, stage="load", completed_indexes=(0,), failed_indexes=(1,)))
    assert (failure.kind, failure.stalled_as) == (Kind.PERMANENT, "SchemaDrift")


def test_a_permanent_failure_ends_a_shard_whatever_failed_before() -> None:
    pods = indexed(index_0=[0], index_1=[75, 65])
    failure = failure_of(job(*pods, stage="load", completed_indexes=(0,), failed_indexes=(1,)))
    assert failure.kind is Kind.PERMANENT


@pytest.mark.parametrize("passing", [75, 70, 137])
def test_of_shards_that_failed_the_one_that_a_retry_may_heal_counts(passing: int) -> None:
    pods = indexed(index_1=[65], index_3=[passing, passing])
    failure = failure_of(job(*pods, stage="load", failed_indexes=(1, 3)))
    assert (failure.kind is Kind.PERMANENT, failure.reason) == (False, f"Exit{passing}")


def test_a_shard_whose_pods_are_gone_may_be_healed_by_a_retry() -> None:
    pods = indexed(index_1=[65])
    failure = failure_of(job(*pods, failed_indexes=(1, 3), finished_reason="FailedIndexes"))
    assert (failure.kind, failure.reason) == (Kind.UNKNOWN, "FailedIndexes")


def test_an_evicted_pod_does_not_speak_for_the_job() -> None:
    pods = [
        PodOutcome("gone", exit_code=137, disrupted=True),
        PodOutcome("pod", exit_code=77),
    ]
    assert failure_of(job(*pods)).kind is Kind.PERMANENT


def test_a_job_without_pods_fails_by_its_own_reason() -> None:
    failure = failure_of(job(finished_reason="BackoffLimitExceeded", finished_message="too often"))
    assert (failure.reason, failure.message) == ("BackoffLimitExceeded", "too often")


def test_a_job_over_its_deadline_is_not_tried_again() -> None:
    assert failure_of(job(finished_reason="DeadlineExceeded")).kind is Kind.PERMANENT


def test_a_long_message_is_cut_and_loses_control_characters() -> None:
    failure = failure_of(job(PodOutcome("pod", exit_code=1, message="\x1b[31mno\n" + "x" * 10240)))
    assert failure.message.startswith(" [31mno x")
    assert len(failure.message) == 1024


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", '{"v": 2, "result": "Loaded"}', "{"])
def test_what_is_no_message_of_ours_is_no_report(text: str) -> None:
    assert read_report(text) is None


@given(fields=st.dictionaries(st.sampled_from(KEYS), JSON))
def test_any_message_is_read_without_an_error(fields: dict[str, Any]) -> None:
    report = read_report(json.dumps({"v": 1, **fields}))
    assert report is None or report.rows >= 0


@given(text=st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    read_report(text)


def test_only_pods_that_ended_well_report() -> None:
    told = json.dumps({"v": 1, "result": "Loaded", "version": 812})
    pods = [
        PodOutcome("a", index=0, exit_code=75, message=told),
        PodOutcome("b", index=0, exit_code=0, message=told),
        PodOutcome("c", index=1, exit_code=0, message=told),
    ]
    assert [report.version for report in reports_of(job(*pods))] == [812, 812]
