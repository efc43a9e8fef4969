"""Pods that do not start: for how long they may take, and why they wait."""

from datetime import datetime, timedelta

from superzol_operator.decide.contract import JobView, PodOutcome
from superzol_operator.outcome import Failure, Kind, plain_text

LOOK = timedelta(minutes=10)


def find_pod_not_starting(job: JobView, limit_seconds: int, now: datetime) -> Failure | None:
    """Why a pod of a Job did not start in time; None: all did, or there is time left."""
    limit = timedelta(seconds=limit_seconds)
    if now < job.created_at + limit:
        return None
    late = [each for each in _waiting(job) if now >= _since(job, each) + limit]
    if late:
        return _failure(late[0], limit_seconds)
    ran = job.succeeded or job.failed or job.completed_indexes or job.active
    if not job.outcomes and not ran:
        message = f"Job {job.name} has no pod after {limit_seconds} s: see its events"
        return Failure(Kind.UNKNOWN, "PodNotStarting", message)
    return None


def look_again_at(job: JobView, limit_seconds: int, now: datetime) -> datetime:
    """When a pod that waits has waited too long."""
    limit = timedelta(seconds=limit_seconds)
    times = [job.created_at + limit, *(_since(job, each) + limit for each in _waiting(job))]
    return min((time for time in times if time > now), default=now + LOOK)


def _waiting(job: JobView) -> list[PodOutcome]:
    return [each for each in job.outcomes if not each.started and each.exit_code is None]


def _since(job: JobView, pod: PodOutcome) -> datetime:
    return pod.created_at or job.created_at


def _failure(pod: PodOutcome, limit_seconds: int) -> Failure:
    why = pod.reason or "Pending"
    message = f"pod {pod.name} did not start in {limit_seconds} s: {why}"
    if told := plain_text(pod.message):
        message += f": {told}"
    is_secret = why == "CreateContainerConfigError" and "secret" in told.lower()
    stalled_as = "SecretMissing" if is_secret else None
    return Failure(Kind.UNKNOWN, "PodNotStarting", message, stalled_as)
