"""Carries the current run on: through its stages, by what its Jobs say."""

from dataclasses import replace
from datetime import datetime, timedelta

from superzol_operator.decide.attempts import attempt_over, may_retry
from superzol_operator.decide.claim import is_full
from superzol_operator.decide.contract import CreateFailure, DeleteJob, JobView, Observed
from superzol_operator.decide.course import Course
from superzol_operator.decide.ending import end_run, find_reason_to_end
from superzol_operator.decide.finish import (
    FAILED,
    finish,
    finish_backfilled,
    finish_published,
    finish_unchanged,
)
from superzol_operator.decide.runs import (
    ACCEPT,
    BACKFILL,
    FETCH,
    LOAD,
    create_job,
    frozen_spec,
    has_begun,
    jobs_of_run,
    name_job,
    next_stage,
)
from superzol_operator.decide.snapshots import note_snapshots
from superzol_operator.decide.waiting import find_pod_not_starting, look_again_at
from superzol_operator.outcome import (
    DEADLINE,
    Failure,
    Kind,
    Report,
    failure_of,
    image_of,
    refusal_of,
    reports_of,
)
from superzol_operator.status import Shards

CREATE_LOOK = timedelta(seconds=30)
WAITING_REASONS = {"quota": "Queued", "forbidden": "JobForbidden", "ending": "JobForbidden"}


def advance(observed: Observed, course: Course, now: datetime) -> Course:
    """One step of the current run; at most one Job comes of it."""
    run = course.run
    job = next((job for job in observed.jobs if job.name == run.job_name), None)
    if run.ending:
        return end_run(observed, course, now)
    is_complete = job is not None and job.is_ours and job.finished == "Complete"
    is_last = next_stage(run, frozen_spec(run, observed.resource)) is None
    reason = find_reason_to_end(observed, course.status, now)
    if reason and not (is_complete and is_last):
        return end_run(observed, course.noting_run(**reason), now)
    if job is None:
        return _without_job(observed, course, now)
    if not job.is_ours:
        return _collided(observed, course, job.name, now)
    return _with_job(observed, _note_seen(observed, course, job), job, now)


def _note_seen(observed: Observed, course: Course, job: JobView) -> Course:
    run = course.run
    if run.job_created_time == job.created_at and run.waiting_reason is None:
        return course
    changes: dict[str, object] = {
        "job_created_time": job.created_at,
        "waiting_reason": None,
        "waiting_message": None,
        "next_attempt_time": None,
    }
    if not has_begun(run):
        # time spent waiting for a quota is no time of the run
        limit = frozen_spec(run, observed.resource).run.deadline_seconds
        changes["deadline_time"] = job.created_at + timedelta(seconds=limit)
    return course.noting_run(**changes)


def _without_job(observed: Observed, course: Course, now: datetime) -> Course:
    run = course.run
    if run.job_created_time is not None:
        message = f"Job {run.job_name} is gone before it ended"
        failure = Failure(Kind.UNKNOWN, "JobDeleted", message)
        return attempt_over(observed, course.warning("JobDeleted", message), failure, now)
    refused = observed.create_failure
    if refused and refused.job_name == run.job_name:
        if refused.kind == "collision":
            return _collided(observed, course, refused.job_name, now)
        if refused.kind == "invalid":
            failure = Failure(Kind.PERMANENT, "JobRefused", refused.message, "JobRefused")
            return finish(observed, course, FAILED, failure, now)
        return _wait(course, refused).waking(now + CREATE_LOOK)
    if run.job_asked and observed.asked_job != run.job_name:
        return _lost(observed, course, now)
    longest = timedelta(seconds=frozen_spec(run, observed.resource).run.deadline_seconds)
    # a clock that was put back must not make the wait longer than the whole run may be
    if run.next_attempt_time and now < run.next_attempt_time <= now + longest:
        return course.waking(run.next_attempt_time)
    if any(job.finished is None for job in jobs_of_run(observed, run.id)):
        return course.waking(now + CREATE_LOOK)  # of an attempt that is over; it is being deleted
    if run.waiting_reason and is_full(replace(observed.peers, waiting_before=0)):
        return course.waking(now + CREATE_LOOK)  # its place went to another one meanwhile
    return course.noting_run(job_asked=True).doing(create_job(observed.resource, run, now))


def _wait(course: Course, refused: CreateFailure) -> Course:
    """Says once what the Job waits for; a quota counts on meanwhile."""
    reason = WAITING_REASONS.get(refused.kind, "Queued")
    if course.run.waiting_reason != reason:
        told = f"Job {refused.job_name} may not be created: {refused.message}"
        course = course.warning(reason, told)
    return course.noting_run(
        waiting_reason=reason, waiting_message=refused.message, job_asked=False
    )


def _lost(observed: Observed, course: Course, now: datetime) -> Course:
    """An operator that is no more asked for the Job: it was there and is gone, or never was.

    By the same name it might be there twice.
    """
    message = f"Job {course.run.job_name} was asked for, and is not there"
    failure = Failure(Kind.UNKNOWN, "JobLost", message)
    course = course.noting_run(jobs_lost=course.run.jobs_lost + 1).warning("JobLost", message)
    return attempt_over(observed, course, failure, now)


def _collided(observed: Observed, course: Course, name: str, now: datetime) -> Course:
    message = f"Job {name} belongs to somebody else: delete or rename it"
    failure = Failure(Kind.PERMANENT, "NameCollision", message, "NameCollision")
    return finish(observed, course.warning("NameCollision", message), FAILED, failure, now)


def _with_job(observed: Observed, course: Course, job: JobView, now: datetime) -> Course:
    if job.finished == "Complete":
        return _stage_done(observed, course, job, now)
    if job.finished == "Failed":
        return _stage_failed(observed, course, job, now)
    if job.deleting:
        return course.waking(now + CREATE_LOOK)  # it fails as JobDeleted once its pods are gone
    spec = frozen_spec(course.run, observed.resource)
    if waits := find_pod_not_starting(job, spec.run.start_deadline_seconds, now):
        course = course.warning("PodNotStarting", waits.message)
        course = course.noting_run(
            ending="Failed" if waits.stalled_as else "Retry",
            ending_reason=waits.reason,
            ending_message=waits.message,
        )
        return course.doing(DeleteJob(job.name, job.uid)).waking(now + CREATE_LOOK)
    course = _note_shards(course, job, spec.load.shards)
    again_at = look_again_at(job, spec.run.start_deadline_seconds, now)
    return course.waking(min(again_at, course.run.deadline_time))


def _note_shards(course: Course, job: JobView, total: int) -> Course:
    if job.stage != LOAD:
        return course
    failed = len(job.failed_indexes)
    done = len(job.completed_indexes)
    return course.noting_run(shards=Shards(total, done, failed, job.failed_indexes))


def _stage_failed(observed: Observed, course: Course, job: JobView, now: datetime) -> Course:
    failure = failure_of(job)
    if failure.reason == DEADLINE or may_retry(observed, course, failure):
        return attempt_over(observed, course, failure, now)
    if job.stage == LOAD and job.completed_indexes:
        # what the other shards loaded is published; the threshold then judges the whole
        told = f"shards {list(job.failed_indexes)} failed ({failure.reason}): {failure.message}"
        shards = frozen_spec(course.run, observed.resource).load.shards
        course = _note_shards(course.warning("ShardsFailed", told), job, shards)
        return _go_on(observed, course, job, now)
    if course.run.trigger == ACCEPT:
        # with no retry left one word against the version is enough: it cannot be accepted
        failure = refusal_of(job) or failure
    return attempt_over(observed, course, failure, now)


def _stage_done(observed: Observed, course: Course, job: JobView, now: datetime) -> Course:
    if not reports_of(job) and job.stage not in ("accept", LOAD):
        message = f"{job.stage} ended well but told nothing"
        failure = Failure(Kind.UNKNOWN, "NoReport", message)
        return attempt_over(observed, course, failure, now)
    return _go_on(observed, course, job, now)


def _go_on(observed: Observed, course: Course, job: JobView, now: datetime) -> Course:
    run, reports = course.run, reports_of(job)
    spec = frozen_spec(run, observed.resource)
    if run.stage in (FETCH, LOAD):
        course = course.noting_run(image=image_of(job))
    if run.stage == FETCH:
        course = _note_fetched(note_snapshots(course, reports[0], now), reports[0])
        if spec.skip_unchanged and is_unchanged(course):
            return finish_unchanged(observed, course, now)
    if run.stage == LOAD:
        course = _note_loaded(course, reports)
    stage = next_stage(run, spec)
    if stage is None and run.trigger == BACKFILL:
        return finish_backfilled(observed, course, reports[0], now)
    if stage is None:
        return finish_published(observed, course, reports[0], now)
    course = course.noting_run(
        stage=stage,
        job_name=name_job(observed.resource, run.id, stage, run.attempt),
        job_asked=True,
        job_created_time=None,
        next_attempt_time=None,
    )
    return course.doing(create_job(observed.resource, course.run, now))


def is_unchanged(course: Course) -> bool:
    """What was fetched is what readers see, and each chain of it was loaded or held back.

    A chain whose load died is neither, so it does not wait for the next version. Another spec, as
    other gates, may judge the same files otherwise, and another ETL those that were held back.
    """
    run, artifact = course.run, course.status.artifact
    if artifact is None or run.forced or run.trigger in (ACCEPT, BACKFILL):
        return False
    chains = artifact.chains
    judged = not chains.held_back or artifact.image == run.image
    same = artifact.fetched_revision == run.fetched_revision
    return chains.is_settled and judged and same and artifact.spec_hash == run.spec_hash


def _note_fetched(course: Course, report: Report) -> Course:
    artifact = course.status.artifact
    if artifact is None or artifact.fetched_revision != report.revision:
        course = course.telling("NewRevision", f"{report.revision} is fetched")
    return course.noting_run(
        version=report.version or course.run.version,
        revision=report.revision,
        fetched_revision=report.revision,
        folder=report.folder,
        bytes=report.bytes,
    )


def _note_loaded(course: Course, reports: tuple[Report, ...]) -> Course:
    """A source without numbers of its own gets its version from the database."""
    told = next((report for report in reports if report.version), None)
    if told:
        course = course.noting_run(version=told.version, revision=told.revision)
    rows = sum(report.rows for report in reports)
    return course.telling("StageCompleted", f"load of {course.run.revision} ended: {rows} rows")
