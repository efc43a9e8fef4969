"""What follows when a stage fails: another attempt after a while, or the end of the run."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from superzol_operator.decide.contract import Observed
from superzol_operator.decide.course import Course
from superzol_operator.decide.finish import FAILED, finish
from superzol_operator.decide.runs import frozen_spec, name_job
from superzol_operator.outcome import Failure, Kind
from superzol_operator.spec import Retry

JITTER_PERCENT = 10


def may_retry(observed: Observed, course: Course, failure: Failure) -> bool:
    """Another attempt may help, and there is one left."""
    run = course.run
    spec = frozen_spec(run, observed.resource)
    # a Job that nobody saw is no failure of the stage
    tries = run.attempt - run.jobs_lost
    return failure.kind is not Kind.PERMANENT and tries <= spec.retry.limit


def attempt_over(observed: Observed, course: Course, failure: Failure, now: datetime) -> Course:
    """Plans the next attempt of the stage, or ends the run as failed."""
    resource, run = observed.resource, course.run
    if failure.kind is Kind.PERMANENT:
        return finish(observed, course, FAILED, failure, now)
    retry = frozen_spec(run, resource).retry
    if not may_retry(observed, course, failure):
        told = f"{run.stage} failed {run.attempt} times: {failure.reason}"
        course = course.warning("RetriesExhausted", told)
        last = replace(failure, stalled_as="RetriesExhausted")
        return finish(observed, course, FAILED, last, now)
    wait = backoff(f"{resource.uid}/{run.id}", run.attempt, retry)
    wait = max(wait, timedelta(seconds=failure.retry_after_seconds or 0))
    if now + wait >= run.deadline_time:
        late = replace(failure, message=f"no time is left for another attempt: {failure.message}")
        return finish(observed, course, FAILED, late, now)
    attempt = run.attempt + 1
    course = course.noting_run(
        attempt=attempt,
        job_name=name_job(resource, run.id, run.stage, attempt),
        job_asked=False,
        job_created_time=None,
        next_attempt_time=now + wait,
        shards=None,
        ending=None,
        ending_reason=None,
        ending_message=None,
    )
    seconds = round(wait.total_seconds())
    told = f"{run.stage} failed ({failure.reason}); attempt {attempt} in {seconds} s"
    return course.warning("RetryScheduled", told).waking(now + wait)


def backoff(key: str, attempt: int, retry: Retry) -> timedelta:
    """Doubles with each attempt up to the most, 10 % more or less; the same for the same key."""
    doubled: int = retry.initial_backoff_seconds * 2 ** min(attempt - 1, 20)
    seconds = min(doubled, retry.max_backoff_seconds)
    number = int.from_bytes(hashlib.sha256(f"{key}/{attempt}".encode()).digest()[:4])
    share = (number % (2 * JITTER_PERCENT * 10 + 1)) / 10 - JITTER_PERCENT
    return timedelta(seconds=round(seconds * (1 + share / 100), 1))
