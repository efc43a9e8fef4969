"""Claims a run: writes down what is going to be done before the first Job of it exists."""

from dataclasses import replace
from datetime import datetime, timedelta

from superzol_operator.decide.contract import Observed, Peers
from superzol_operator.decide.course import Course
from superzol_operator.decide.due import Due, find_due, note_handled, note_missed
from superzol_operator.decide.runs import (
    ACCEPT,
    BACKFILL,
    MANUAL,
    create_job,
    name_job,
    stages_of,
)
from superzol_operator.resource import Resource
from superzol_operator.status import Backfill, CurrentRun

QUEUE_LOOK = timedelta(seconds=30)


def start(observed: Observed, course: Course, now: datetime) -> Course:
    """Claims what is due; waits for its turn when as many runs as may be go on already."""
    resource = observed.resource
    course = note_missed(resource, note_handled(resource, course), now)
    due = find_due(resource, course.status, now)
    if due is None:
        return course.noting(queued_time=None)
    if _is_anything_left(observed):
        # what it waits for is its own: in the line it would hold up the others
        return replace(course.waking(now + QUEUE_LOOK), is_due=True)
    if is_full(observed.peers):
        # what is due since now must not begin to wait anew at each look, or with each leader
        since = min(due.since.replace(microsecond=0), course.status.queued_time or due.since)
        course = course.noting(queued_time=since).waking(now + QUEUE_LOOK)
        return replace(course, is_due=True, queued_since=since)
    return _claim(resource, course, due, now)


def is_full(peers: Peers) -> bool:
    """No place is free that nobody has waited for longer."""
    taken, most = peers.active_runs + peers.waiting_before, peers.max_active_runs
    if most is not None and taken >= most:
        return True
    most_here = peers.max_active_runs_in_namespace
    return most_here is not None and peers.active_runs_in_namespace >= most_here


def _is_anything_left(observed: Observed) -> bool:
    """Pods of an earlier run may still write while its Jobs are not finished."""
    return any(job.is_ours and job.finished is None for job in observed.jobs)


def _claim(resource: Resource, course: Course, due: Due, now: datetime) -> Course:
    spec = resource.spec
    stage = stages_of(due.trigger, spec.source.kind)[0]
    run = CurrentRun(
        id=due.run_id,
        trigger=due.trigger,
        generation=resource.generation,
        spec_hash=spec.data_hash,
        spec_text=spec.text,
        stage=stage,
        start_time=now,
        deadline_time=now + timedelta(seconds=spec.run.deadline_seconds),
        job_name=name_job(resource, due.run_id, stage, 1),
        job_asked=True,
        request_token=due.token,
        forced=due.forced,
        subject=due.token if due.trigger == ACCEPT else None,
        scheduled_time=due.slot,
        version=due.version or spec.source.version,
    )
    course = _note_claimed(resource, course.noting(current_run=run, queued_time=None), due)
    course = replace(course, missed_slots=course.missed_slots + due.missed_slots)
    course = course.telling("RunStarted", f"run {run.id} ({run.trigger}) begins with {stage}")
    return course.doing(create_job(resource, run, now))


def _note_claimed(resource: Resource, course: Course, due: Due) -> Course:
    if due.slot is not None:
        course = course.noting(last_schedule_time=due.slot)
    if due.trigger == MANUAL:
        course = course.noting(last_handled_request=due.token)
        if due.forced:
            course = course.noting(last_handled_force=due.token)
    if due.trigger == ACCEPT:
        return course.noting(last_handled_accept=due.token)
    if due.trigger == BACKFILL:
        past = course.status.backfill or Backfill(next_version=due.version or 0)
        return course.noting(backfill=past)
    # whatever asked for it, the run loads what the spec says now
    return course.noting(last_handled_spec=resource.spec.data_hash)
