"""Ends a run: its record, what readers see now and the counters, all in one status."""

from dataclasses import replace
from datetime import datetime, timedelta

from superzol_operator.decide.contract import Observed
from superzol_operator.decide.course import Course
from superzol_operator.decide.runs import (
    ACCEPT,
    BACKFILL,
    GOOD_RESULTS,
    INVALID_ACCEPT,
    decisive_record,
    frozen_spec,
    is_decisive,
    is_invalid_accept,
    jobs_of_run,
    remember,
)
from superzol_operator.outcome import BAD_OR_MISSING, Failure, Kind, Report
from superzol_operator.status import (
    Artifact,
    Backfill,
    Chains,
    CurrentRun,
    RunRecord,
    Status,
)

FAILED = "Failed"
CANCELLED = "Cancelled"
PAST_WAIT = timedelta(hours=1)  # until a version of the past that failed is tried again


def finish(observed: Observed, course: Course, result: str, why: Failure, now: datetime) -> Course:
    """Records how the current run ended, and ends it."""
    run, status = course.run, course.status
    if run.trigger == ACCEPT and why.stalled_as in BAD_OR_MISSING:
        message = f"{run.subject or run.id} is not accepted ({why.reason}): {why.message}"
        why = Failure(Kind.PERMANENT, INVALID_ACCEPT, message)
    record = RunRecord(
        id=run.id,
        trigger=run.trigger,
        result=result,
        reason=why.reason,
        message=why.message,
        generation=run.generation,
        request_token=run.request_token,
        revision=run.revision,
        start_time=run.start_time,
        completion_time=now,
        attempts=run.attempt,
        rows_loaded=run.rows_loaded,
        rows_rejected=run.rows_rejected,
        stalled_as=why.stalled_as if result == FAILED else None,
    )
    course = course.noting(
        last_run=record,
        history=remember(status, record),
        current_run=None,
        last_job_time=_newest_job(observed, run, status),
    )
    course = _tell_end(course, record)
    if run.trigger == BACKFILL:
        course = _note_past(course, run, record, now)
    elif is_decisive(record):
        course = _count(course, result, now)
    return course.waking(now)


def finish_unchanged(observed: Observed, course: Course, now: datetime) -> Course:
    """Ends a run whose version is loaded already."""
    run, last = course.run, decisive_record(course.status)
    if last is None or last.result != "Unchanged" or last.revision != run.revision:
        course = course.telling("UpToDate", f"{run.revision} is loaded already")
    why = Failure(Kind.UNKNOWN, "UpToDate", "nothing changed at the source")
    return finish(observed, course, "Unchanged", why, now)


def finish_published(observed: Observed, course: Course, report: Report, now: datetime) -> Course:
    """Ends a run whose version is published, with as many chains as could be loaded."""
    run = course.run
    spec = frozen_spec(run, observed.resource)
    artifact = make_artifact(run, report, now, course.status.artifact)
    first = min(course.status.first_version or artifact.version, artifact.version)
    course = course.noting(artifact=artifact, first_version=first)
    course = course.noting_run(
        revision=artifact.revision, rows_loaded=report.rows, rows_rejected=report.rejected
    )
    if report.result == "Unchanged":
        return finish_unchanged(observed, course, now)
    course = course.telling("Published", f"{artifact.revision}: {report.rows} rows")
    if artifact.chains.current >= artifact.chains.total:
        return finish(observed, course, "Succeeded", Failure(Kind.UNKNOWN, "Succeeded"), now)
    message = held_back_text(artifact.chains)
    if is_too_little(artifact.chains, spec.validation.max_held_back_percent):
        why = Failure(Kind.PERMANENT, "ValidationFailed", message)
        return finish(observed, course.warning(why.reason, message), FAILED, why, now)
    why = Failure(Kind.UNKNOWN, "PartiallyLoaded", message)
    return finish(observed, course, "Partial", why, now)


def finish_backfilled(observed: Observed, course: Course, report: Report, now: datetime) -> Course:
    """Ends a run that loaded a version of the past."""
    course = course.noting_run(rows_loaded=report.rows, rows_rejected=report.rejected)
    result = {"Partial": "Partial", "Unchanged": "Unchanged"}.get(report.result, "Succeeded")
    return finish(observed, course, result, Failure(Kind.UNKNOWN, report.result), now)


def is_too_little(chains: Chains, most_percent: int) -> bool:
    """More chains than allowed keep an earlier version."""
    return (chains.total - chains.current) * 100 > most_percent * chains.total


def held_back_text(chains: Chains) -> str:
    """Names the chains that keep an earlier version."""
    missing = chains.total - chains.current
    named = ", ".join(chains.held_back[:10]) or "their load failed"
    return f"{missing} of {chains.total} chains keep their last good version: {named}"


def make_artifact(
    run: CurrentRun, report: Report, now: datetime, before: Artifact | None
) -> Artifact:
    """What readers see once a run has published.

    before: what they saw. A run without fetch loads files of an earlier one, and knows only what
    that noted of the same revision.
    """
    revision = report.revision or run.revision or ""
    same = before if before and before.revision == revision and not run.fetched_revision else None
    loaded = report.chains_loaded or 0
    total = report.chains
    if total is None:
        total = loaded + len(report.held_back) + (report.chains_missing or 0)
    return Artifact(
        revision=revision,
        version=report.version or run.version or 0,
        digest=revision.partition("@")[2] or None,
        path=same.path if same else run.folder,
        rows=report.rows,
        bytes=same.bytes if same else run.bytes,
        last_update_time=now,
        chains=Chains(total, loaded, report.held_back, report.chains_missing),
        fetched_revision=same.fetched_revision if same else run.fetched_revision,
        spec_hash=run.spec_hash,
        image=run.image,
    )


def _tell_end(course: Course, record: RunRecord) -> Course:
    if is_invalid_accept(record):
        return course.warning(INVALID_ACCEPT, record.message)
    if record.result == FAILED:
        told = f"run {record.id} failed ({record.reason}): {record.message}"
        return course.warning("RunFailed", told)
    if record.result == CANCELLED:
        return course.telling("RunCancelled", f"run {record.id} was ended: {record.reason}")
    return course


def _newest_job(observed: Observed, run: CurrentRun, status: Status) -> datetime | None:
    jobs = jobs_of_run(observed, run.id)
    times = [status.last_job_time, run.job_created_time, *(job.created_at for job in jobs)]
    return max((time for time in times if time), default=None)


def _count(course: Course, result: str, now: datetime) -> Course:
    if result in GOOD_RESULTS:
        return course.noting(consecutive_failures=0, last_success_time=now)
    return course.noting(consecutive_failures=course.status.consecutive_failures + 1)


def _note_past(course: Course, run: CurrentRun, record: RunRecord, now: datetime) -> Course:
    past = course.status.backfill or Backfill(next_version=run.version or 0)
    if record.result in GOOD_RESULTS or record.stalled_as in BAD_OR_MISSING:
        return course.noting(backfill=Backfill(next_version=past.next_version - 1))
    again_at = now + PAST_WAIT
    later = replace(past, tries=past.tries + 1, next_attempt_time=again_at)
    return course.noting(backfill=later).waking(again_at)
