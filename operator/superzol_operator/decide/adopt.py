"""Takes up runs that the status does not know, as after it was lost or restored from a backup."""

from dataclasses import replace
from datetime import datetime, timedelta

from superzol_operator.decide.contract import JobView, Observed
from superzol_operator.decide.course import Course
from superzol_operator.decide.finish import FAILED, make_artifact
from superzol_operator.decide.runs import (
    ACCEPT,
    BACKFILL,
    FETCH,
    INVALID_ACCEPT,
    LOAD,
    MANUAL,
    PUBLISH,
    SCHEDULE,
    SPEC,
    is_of_token,
    recorded_ids,
    remember,
    result_of_jobs,
    slot_of_run_id,
    stages_of,
)
from superzol_operator.outcome import BAD_OR_MISSING, failure_of, image_of, reports_of
from superzol_operator.resource import Resource
from superzol_operator.status import CurrentRun, RunRecord, Status
from superzol_operator.times import parse_time

TRIGGERS = {"m": MANUAL, "a": ACCEPT, "g": SPEC, "s": SCHEDULE, "b": BACKFILL}


def unknown_jobs(observed: Observed, status: Status) -> tuple[JobView, ...]:
    """Our Jobs of runs that are not recorded and not older than what is recorded."""
    recorded = recorded_ids(status)
    return tuple(
        job
        for job in observed.jobs
        if job.is_ours
        and job.run_id not in recorded
        and job.run_id[:1] in TRIGGERS
        and (status.last_job_time is None or job.created_at >= status.last_job_time)
    )


def adopt(observed: Observed, course: Course, now: datetime) -> Course:
    """Makes the newest unknown run the current one; older ones have ended, and are recorded."""
    jobs = unknown_jobs(observed, course.status)
    if not jobs:
        return course
    newest = max(jobs, key=lambda job: (job.created_at, job.run_id)).run_id
    older = sorted(
        {job.run_id for job in jobs} - {newest},
        key=lambda run_id: max(job.created_at for job in jobs if job.run_id == run_id),
    )
    for run_id in older:
        told = [job for job in jobs if job.run_id == run_id]
        course = _restore_artifact(observed.resource, _record(course, told, now), told)
    run = _rebuild(observed.resource, [job for job in jobs if job.run_id == newest])
    course = course.noting(current_run=run)
    course = _note_marks(course, jobs)
    return course.telling("RunAdopted", f"run {run.id} was found at its stage {run.stage}")


def _rebuild(resource: Resource, jobs: list[JobView]) -> CurrentRun:
    trigger = TRIGGERS[jobs[0].run_id[:1]]
    stages = stages_of(trigger, resource.spec.source.kind)
    known = [job for job in jobs if job.stage in stages] or jobs
    latest = max(known, key=lambda job: (_position(stages, job.stage), job.attempt))
    began = min(job.created_at for job in jobs)
    told = [job.subject or "" for job in jobs] + [resource.annotation("accept") or ""]
    subject = next((each for each in told if is_of_token(latest.run_id, "a", each)), None)
    run = CurrentRun(
        id=latest.run_id,
        trigger=trigger,
        generation=resource.generation,
        spec_hash=latest.spec_hash,
        spec_text=resource.spec.text,
        stage=latest.stage,
        start_time=began,
        deadline_time=began + timedelta(seconds=resource.spec.run.deadline_seconds),
        attempt=latest.attempt,
        job_name=latest.name,
        job_created_time=latest.created_at,
        image=next((image_of(job) for job in reversed(jobs) if job.stage == LOAD), None),
        subject=subject,
        version=_version_of(latest.run_id, subject) or resource.spec.source.version,
    )
    return _with_fetched(_with_request(resource, run), jobs)


def _position(stages: tuple[str, ...], stage: str) -> int:
    return stages.index(stage) if stage in stages else -1


def _version_of(run_id: str, subject: str | None) -> int | None:
    if subject:
        return int(subject.partition("@")[2].removeprefix("v"))
    return int(run_id.split("-")[1]) if run_id.startswith("b-") else None


def _with_request(resource: Resource, run: CurrentRun) -> CurrentRun:
    request, accept = resource.annotation("requestedAt"), resource.annotation("accept")
    if request and is_of_token(run.id, "m", request):
        forced = resource.annotation("forceAt") == request
        return replace(run, request_token=request, forced=forced)
    if accept and is_of_token(run.id, "a", accept):
        return replace(run, request_token=accept)
    return run


def _with_fetched(run: CurrentRun, jobs: list[JobView]) -> CurrentRun:
    fetched = [job for job in jobs if job.stage == FETCH and job.finished == "Complete"]
    report = next((report for job in fetched for report in reports_of(job)), None)
    if report is None or run.stage == FETCH:
        return run
    return replace(
        run,
        version=report.version or run.version,
        revision=report.revision,
        fetched_revision=report.revision,
        folder=report.folder,
        bytes=report.bytes,
    )


def _record(course: Course, jobs: list[JobView], now: datetime) -> Course:
    trigger, result = TRIGGERS[jobs[0].run_id[:1]], result_of_jobs(jobs)
    is_refused = trigger == ACCEPT and result == FAILED and _speaks_of_its_version(jobs)
    record = RunRecord(
        id=jobs[0].run_id,
        trigger=trigger,
        result=result,
        reason=INVALID_ACCEPT if is_refused else "Adopted",
        message="known by its Jobs only",
        start_time=min(job.created_at for job in jobs),
        completion_time=now,
        attempts=max(job.attempt for job in jobs),
    )
    return course.noting(last_run=record, history=remember(course.status, record))


def _speaks_of_its_version(jobs: list[JobView]) -> bool:
    """It failed at what it was asked to accept, or for all that is known did: at nothing else."""
    failures = [failure_of(job) for job in jobs if job.finished == "Failed"]
    return all(each.stalled_as in (None, *BAD_OR_MISSING) for each in failures)


def _restore_artifact(resource: Resource, course: Course, jobs: list[JobView]) -> Course:
    published = [job for job in jobs if job.stage == PUBLISH and job.finished == "Complete"]
    report = next((report for job in published for report in reports_of(job)), None)
    if report is None:
        return course
    run, before = _rebuild(resource, jobs), course.status.artifact
    artifact = make_artifact(run, report, published[0].created_at, before)
    first = min(course.status.first_version or artifact.version, artifact.version)
    return course.noting(artifact=artifact, first_version=first)


def _note_marks(course: Course, jobs: tuple[JobView, ...]) -> Course:
    """What a claim would have noted: none of these runs may become due once more."""
    run, status = course.run, course.status
    slots = [
        parse_time(f"{slot[:4]}-{slot[4:6]}-{slot[6:8]}T{slot[8:10]}:{slot[10:12]}:00Z")
        for job in jobs
        if (slot := slot_of_run_id(job.run_id))
    ]
    newest = max((time for time in (status.last_schedule_time, *slots) if time), default=None)
    course = course.noting(last_schedule_time=newest)
    if run.trigger == MANUAL and run.request_token:
        course = course.noting(last_handled_request=run.request_token)
        if run.forced:
            course = course.noting(last_handled_force=run.request_token)
    if run.trigger == ACCEPT and run.request_token:
        course = course.noting(last_handled_accept=run.request_token)
    loading = [job for job in jobs if TRIGGERS[job.run_id[:1]] in (MANUAL, SPEC, SCHEDULE)]
    if loading:
        newest_job = max(loading, key=lambda job: job.created_at)
        course = course.noting(last_handled_spec=newest_job.spec_hash)
    return course
