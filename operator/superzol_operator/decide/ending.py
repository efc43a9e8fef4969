"""Ends a run before its time: cancelled, replaced, too late, or its pods never started."""

from datetime import datetime, timedelta

from superzol_operator.decide.attempts import attempt_over
from superzol_operator.decide.contract import DeleteJob, Observed
from superzol_operator.decide.course import Course
from superzol_operator.decide.due import find_due, is_spec_new
from superzol_operator.decide.finish import CANCELLED, FAILED, finish
from superzol_operator.decide.problem import find_problem
from superzol_operator.decide.runs import (
    ACCEPT,
    BACKFILL,
    MANUAL,
    SCHEDULE,
    has_begun,
    jobs_of_run,
)
from superzol_operator.outcome import DEADLINE, Failure, Kind
from superzol_operator.status import Status

LOOK = timedelta(seconds=30)


def find_reason_to_end(observed: Observed, status: Status, now: datetime) -> dict[str, str] | None:
    """The fields of the run that say how it ends; None: it goes on."""
    resource, run = observed.resource, status.current_run
    if run is None:
        return None
    if resource.annotation("cancel") == run.id:
        return _ending(CANCELLED, "Cancelled", "cancelled by annotation")
    if has_begun(run) and now >= run.deadline_time:
        return _ending(FAILED, DEADLINE, "the run took longer than run.deadlineSeconds")
    if run.trigger in (ACCEPT, BACKFILL) or resource.spec.suspend or find_problem(observed):
        return None
    if resource.spec.on_spec_change == "Restart" and is_spec_new(resource, status):
        return _ending(CANCELLED, "SpecChanged", "replaced by a run of the new spec")
    if resource.spec.concurrency_policy == "Replace":
        due = find_due(resource, status, now)
        if due and due.trigger in (MANUAL, SCHEDULE):
            return _ending(CANCELLED, "Replaced", f"replaced by a run of trigger {due.trigger}")
    return None


def end_run(observed: Observed, course: Course, now: datetime) -> Course:
    """Deletes the Jobs of the run that are not finished, waits for them, then ends it."""
    run = course.run
    alive = [job for job in jobs_of_run(observed, run.id) if job.finished is None]
    if alive:
        deletions = [DeleteJob(job.name, job.uid) for job in alive if not job.deleting]
        return course.doing(*deletions).waking(now + LOOK)
    reason, message = run.ending_reason or "", run.ending_message or ""
    if run.ending == "Retry":
        return attempt_over(observed, course, Failure(Kind.UNKNOWN, reason, message), now)
    if run.ending == CANCELLED:
        if observed.resource.annotation("cancel") == run.id:
            course = course.noting(last_handled_cancel=run.id)
        return finish(observed, course, CANCELLED, Failure(Kind.UNKNOWN, reason, message), now)
    # of pods that do not start only those without their Secret end a run at once
    stalled_as = "SecretMissing" if reason == "PodNotStarting" else None
    failure = Failure(Kind.PERMANENT, reason, message, stalled_as)
    return finish(observed, course, FAILED, failure, now)


def _ending(ending: str, reason: str, message: str) -> dict[str, str]:
    return {"ending": ending, "ending_reason": reason, "ending_message": message}
