"""How a Job ended: exit codes and termination messages read into what to do about them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from superzol_operator.decide.contract import JobView, PodOutcome

MESSAGE_VERSION = 1
MAX_TEXT = 1024
MAX_WORD = 253
MAX_LISTED = 100
# as long as a run may be at most
MAX_WAIT_SECONDS = 604_800
OUT_OF_MEMORY = "OOMKilled"
DEADLINE = "DeadlineExceeded"


class Kind(StrEnum):
    """Whether another attempt may help."""

    PERMANENT = "Permanent"
    TRANSIENT = "Transient"
    UNKNOWN = "Unknown"


# exit code: its kind, and the reason of the condition Stalled where it is permanent
EXIT_CODES = {
    64: (Kind.PERMANENT, "InvalidUsage"),
    65: (Kind.PERMANENT, "SchemaDrift"),
    66: (Kind.PERMANENT, "DatasetNotFound"),
    75: (Kind.TRANSIENT, ""),
    77: (Kind.PERMANENT, "AuthenticationFailed"),
    78: (Kind.PERMANENT, "InvalidConfiguration"),
}
# What is wrong with a version that somebody names says nothing of the newest one.
BAD_OR_MISSING = ("SchemaDrift", "DatasetNotFound")


@dataclass(frozen=True, slots=True)
class Report:
    """What a stage told in its termination message; None: it did not say.

    kept: revisions whose files fetch found, the newest first; kept_all: none more was left out.
    """

    result: str
    reason: str = ""
    message: str = ""
    version: int | None = None
    revision: str | None = None
    folder: str | None = None
    rows: int = 0
    rejected: int = 0
    bytes: int = 0
    chains: int | None = None
    chains_loaded: int | None = None
    chains_missing: int | None = None
    held_back: tuple[str, ...] = ()
    retry_after_seconds: int | None = None
    kept: tuple[str, ...] | None = None
    kept_all: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed; stalled_as: the reason of Stalled where no retry can help."""

    kind: Kind
    reason: str
    message: str = ""
    stalled_as: str | None = None
    retry_after_seconds: int | None = None


def read_report(text: str) -> Report | None:
    """Reads a termination message; None when it is none of ours, as a log's tail or garbage."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):  # which brackets without an end lead to
        return None
    if not isinstance(given, Mapping) or given.get("v") != MESSAGE_VERSION:
        return None
    result = _word(given.get("result"))
    if not result:
        return None
    kept = _words(given["kept"]) if isinstance(given.get("kept"), list) else None
    return Report(
        result=result,
        reason=_word(given.get("reason")),
        message=plain_text(given.get("message")),
        version=_count(given.get("version")),
        revision=_word(given.get("revision")) or None,
        folder=_word(given.get("folder")) or None,
        rows=_count(given.get("rows")) or 0,
        rejected=_count(given.get("rejected")) or 0,
        bytes=_count(given.get("bytes")) or 0,
        chains=_count(given.get("chains")),
        chains_loaded=_count(given.get("chainsLoaded")),
        chains_missing=_count(given.get("chainsMissing")),
        held_back=_words(given.get("heldBack")),
        retry_after_seconds=_seconds(given.get("retryAfterSeconds")),
        kept=kept,
        # a list that was cut ends with how many more there are
        kept_all=all("@" in each for each in kept or ()),
    )


def reports_of(job: JobView) -> tuple[Report, ...]:
    """What the pods of a Job that ended well told, the last of each index."""
    told = {
        each.index: report
        for each in job.outcomes
        if each.exit_code == 0 and (report := read_report(each.message))
    }
    return tuple(told.values())


def image_of(job: JobView) -> str | None:
    """The image that a Job ran, by its digest where its pods tell it: a tag may have moved."""
    told = {each.image_id for each in job.outcomes if each.exit_code == 0 and each.image_id}
    return min(told, default=job.image)


def failure_of(job: JobView) -> Failure:
    """Why a Job failed: of its indexes that failed the one that speaks against a retry least."""
    if job.finished_reason == DEADLINE:
        return Failure(Kind.PERMANENT, DEADLINE, "the run took longer than run.deadlineSeconds")
    if not job.failed_indexes:
        return _failure_of_pods(job, job.outcomes)
    by_index = [
        _failure_of_pods(job, [pod for pod in job.outcomes if pod.index == index])
        for index in job.failed_indexes
    ]
    return _most_hopeful(by_index)


def refusal_of(job: JobView) -> Failure | None:
    """What a pod said against the version itself; None: none found it bad or missing."""
    pods = (pod for pod in job.outcomes if pod.exit_code not in (None, 0) and not pod.disrupted)
    failures = (_failure_of_pod(pod) for pod in pods)
    return next((each for each in failures if each.stalled_as in BAD_OR_MISSING), None)


def plain_text(value: Any) -> str:
    """Text of others, cut and without control characters: it is for display only."""
    if not isinstance(value, str):
        return ""
    plain = "".join(letter if letter.isprintable() else " " for letter in value[: MAX_TEXT * 4])
    return plain if len(plain) <= MAX_TEXT else plain[: MAX_TEXT - 1] + "…"


def _failure_of_pods(job: JobView, pods: Iterable[PodOutcome]) -> Failure:
    """Of pods that tried the same one after another: a permanent failure was the end of it."""
    ended = [each for each in pods if each.exit_code not in (None, 0) and not each.disrupted]
    failures = [_failure_of_pod(each) for each in ended]
    if not failures:
        message = plain_text(job.finished_message)
        return Failure(Kind.UNKNOWN, job.finished_reason or "PodFailed", message)
    permanent = [failure for failure in failures if failure.kind is Kind.PERMANENT]
    return _most_hopeful(permanent or failures)


def _failure_of_pod(pod: PodOutcome) -> Failure:
    report = read_report(pod.message)
    kind, stalled_as = EXIT_CODES.get(pod.exit_code or 0, (Kind.UNKNOWN, ""))
    message = report.message if report else plain_text(pod.message)
    if pod.reason == OUT_OF_MEMORY:
        return Failure(Kind.UNKNOWN, OUT_OF_MEMORY, message)
    reason = report.reason if report and report.reason else f"Exit{pod.exit_code}"
    if kind is Kind.PERMANENT and reason == "TargetConflict":
        stalled_as = reason
    return Failure(
        kind,
        reason,
        message,
        stalled_as or None,
        report.retry_after_seconds if report else None,
    )


def _most_hopeful(failures: Iterable[Failure]) -> Failure:
    hope = (Kind.TRANSIENT, Kind.UNKNOWN, Kind.PERMANENT)
    return min(failures, key=lambda failure: hope.index(failure.kind))


def _word(value: Any) -> str:
    return plain_text(value)[:MAX_WORD]


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(word for each in value[:MAX_LISTED] if (word := _word(each)))


def _seconds(value: Any) -> int | None:
    """No time of the calendar is beyond it: who waits for longer than a run may take never goes."""
    seconds = _count(value)
    return None if seconds is None else min(seconds, MAX_WAIT_SECONDS)


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return value if is_count else None
