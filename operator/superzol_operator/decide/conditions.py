"""The conditions: what is true of a resource now, worked out anew at each look.

Reconciling and Stalled stand only while true (kstatus reads them so), and neither a nightly run nor
its wait changes whether a resource is Ready: else everybody who waits for it would hang each night.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from superzol_operator.decide.course import Course
from superzol_operator.decide.due import is_paused, is_spec_pending
from superzol_operator.decide.finish import held_back_text, is_too_little
from superzol_operator.decide.problem import Problem
from superzol_operator.decide.runs import (
    ACCEPT,
    BACKFILL,
    GOOD_RESULTS,
    MANUAL,
    SPEC,
    decisive_record,
)
from superzol_operator.resource import Resource
from superzol_operator.schedule import jitter_of, newest_slot
from superzol_operator.status import Condition, Status
from superzol_operator.times import format_time

ASKED = (MANUAL, ACCEPT, SPEC)


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition without its history."""

    type: str
    status: str
    reason: str
    message: str = ""


def note_conditions(
    resource: Resource, course: Course, problem: Problem | None, now: datetime
) -> Course:
    """Writes the conditions; lastTransitionTime moves only when a status does."""
    findings = [
        _ready(resource, course, problem),
        _data_available(course.status),
        _reconciling(resource, course.status, problem),
        _stalled(resource, course.status, problem),
        _overdue(resource, course.status, problem, now),
    ]
    conditions = tuple(
        _dated(resource, course.status.condition(finding.type), finding, now)
        for finding in findings
        if finding
    )
    return course.noting(conditions=conditions)


def _dated(
    resource: Resource, before: Condition | None, finding: Finding, now: datetime
) -> Condition:
    stays = before is not None and before.status == finding.status
    since = before.last_transition_time if before and stays else now.replace(microsecond=0)
    return Condition(
        finding.type, finding.status, finding.reason, finding.message, resource.generation, since
    )


def _ready(resource: Resource, course: Course, problem: Problem | None) -> Finding:
    status, run = course.status, course.status.current_run
    if problem:
        return Finding("Ready", "False", problem.reason, problem.message)
    base = _last_result(resource, status)
    if resource.spec.suspend and run is None:
        return Finding("Ready", base.status, "Suspended", "spec.suspend is true: no run begins")
    queued = course.is_due or (run and run.waiting_reason)
    reason = (run and run.waiting_reason) or ("Queued" if queued else "Progressing")
    refusal = run.waiting_message if run else None
    if is_spec_pending(resource, status) or (run and run.trigger == SPEC):
        return Finding("Ready", "Unknown", reason, refusal or _progress(status))
    if queued:
        return Finding("Ready", base.status, reason, refusal or "a run waits for its turn")
    return base


def _last_result(resource: Resource, status: Status) -> Finding:
    record, artifact = decisive_record(status), status.artifact
    if record is None:
        return Finding("Ready", "Unknown", "Progressing", _progress(status))
    if record.result not in GOOD_RESULTS and record.reason != "ValidationFailed":
        return Finding("Ready", "False", "RefreshFailed", f"{record.reason}: {record.message}")
    if artifact and artifact.chains.current < artifact.chains.total:
        message = held_back_text(artifact.chains)
        if is_too_little(artifact.chains, resource.spec.validation.max_held_back_percent):
            return Finding("Ready", "False", "ValidationFailed", message)
        return Finding("Ready", "True", "PartiallyLoaded", message)
    revision = artifact.revision if artifact else ""
    reason = "UpToDate" if record.result == "Unchanged" else "Succeeded"
    return Finding("Ready", "True", reason, f"{revision} is loaded")


def _progress(status: Status) -> str:
    run = status.current_run
    if run is None:
        return "no run has ended yet"
    if run.next_attempt_time:
        begins = format_time(run.next_attempt_time)
        return f"run {run.id} begins attempt {run.attempt} of its stage {run.stage} at {begins}"
    return f"run {run.id} is at its stage {run.stage}"


def _data_available(status: Status) -> Finding:
    if status.artifact is None:
        return Finding("DataAvailable", "False", "NeverLoaded", "no version was loaded yet")
    return Finding("DataAvailable", "True", "Loaded", f"readers see {status.artifact.revision}")


def _reconciling(resource: Resource, status: Status, problem: Problem | None) -> Finding | None:
    run = status.current_run
    is_asked = run is not None and run.trigger in ASKED
    is_pending = is_spec_pending(resource, status) and not resource.spec.suspend
    if problem or not (is_asked or is_pending):
        return None
    is_again = run is not None and run.attempt > 1
    reason = "ProgressingWithRetry" if is_again else "Progressing"
    return Finding("Reconciling", "True", reason, _progress(status))


def _stalled(resource: Resource, status: Status, problem: Problem | None) -> Finding | None:
    if problem:
        return Finding("Stalled", "True", problem.reason, problem.message)
    run = status.current_run
    if (run and run.trigger in ASKED) or is_spec_pending(resource, status):
        return None
    if is_paused(resource, status):
        message = f"{status.consecutive_failures} runs failed in a row: ask for one, or edit spec"
        return Finding("Stalled", "True", "TooManyFailures", message)
    record = decisive_record(status)
    # an edit is a new chance, whatever it changed
    if record and record.stalled_as and record.generation == resource.generation:
        is_said = record.reason == record.stalled_as
        message = record.message if is_said else f"{record.reason}: {record.message}"
        return Finding("Stalled", "True", record.stalled_as, message)
    return None


def _overdue(
    resource: Resource, status: Status, problem: Problem | None, now: datetime
) -> Finding | None:
    """Two slots came, and nothing succeeded since the first of them."""
    schedule = resource.spec.schedule
    if problem or schedule.cron is None or resource.spec.suspend:
        return None
    since = status.schedule_since or resource.created_at
    come = now - jitter_of(schedule, resource.uid)
    newest = newest_slot(schedule, come, since)
    before = newest and newest_slot(schedule, newest - timedelta(seconds=1), since)
    if newest is None or before is None:
        return None
    if status.last_success_time and status.last_success_time >= before:
        return None
    run = status.current_run
    # a slot may wait for a version of the past, which is not what takes too long
    if run and run.trigger != BACKFILL and run.start_time < newest:
        message = "a run took longer than until the next slot"
        return Finding("Overdue", "True", "RunTooLong", message)
    return Finding("Overdue", "True", "MissedSchedule", "a slot passed without success")
