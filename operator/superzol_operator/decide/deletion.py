"""What remains to be done about a resource that is being deleted."""

from datetime import datetime, timedelta

from superzol_operator.decide.contract import (
    AddFinalizer,
    CreateJob,
    DeleteJob,
    JobView,
    Observed,
    RemoveFinalizer,
)
from superzol_operator.decide.course import Course
from superzol_operator.decide.finish import CANCELLED, finish
from superzol_operator.decide.runs import CLEANUP, name_job
from superzol_operator.outcome import Failure, Kind
from superzol_operator.resource import FINALIZER, Resource

CLEANUP_SECONDS = 600
CLEANUP_STAGE = "cleanup"
LOOK = timedelta(seconds=30)


def keep_finalizer(resource: Resource, course: Course) -> Course:
    """A finalizer stands exactly while snapshots are to be deleted with the resource."""
    wanted = resource.spec.deletion_policy == "Delete"
    if wanted == (FINALIZER in resource.finalizers):
        return course
    return course.doing(AddFinalizer() if wanted else RemoveFinalizer())


def decide_deletion(observed: Observed, course: Course, now: datetime) -> Course:
    """Ends the Jobs, has the snapshots deleted if that is wanted, and lets the resource go.

    The finalizer goes after run.deadlineSeconds, ten minutes at the latest, whatever became of
    the snapshots.
    """
    resource = observed.resource
    name = name_job(resource, CLEANUP_STAGE, CLEANUP_STAGE, 1)
    alive = [job for job in observed.jobs if job.is_ours and not job.finished and job.name != name]
    course = course.doing(*(DeleteJob(job.name, job.uid) for job in alive if not job.deleting))
    if course.status.current_run is not None and not alive:
        # whoever else keeps the resource keeps no place under the cap
        why = Failure(Kind.UNKNOWN, "Deleted", "the resource was deleted")
        course = finish(observed, course, CANCELLED, why, now)
    if FINALIZER not in resource.finalizers:
        return course
    if resource.spec.deletion_policy != "Delete":
        return course.doing(RemoveFinalizer())
    seconds = min(CLEANUP_SECONDS, resource.spec.run.deadline_seconds)
    deadline = (resource.deleted_at or now) + timedelta(seconds=seconds)
    if now >= deadline:
        return _give_up(course, f"no end after {seconds} s")
    if alive:
        return course.waking(min(now + LOOK, deadline))
    job = next((job for job in observed.jobs if job.is_ours and job.name == name), None)
    if job is not None:
        return _judge(course, job, deadline)
    return _begin(observed, course, name, deadline, now)


def _judge(course: Course, job: JobView, deadline: datetime) -> Course:
    if job.finished == "Complete":
        return course.doing(RemoveFinalizer())
    if job.finished == "Failed":
        return _give_up(course, job.finished_message or job.finished_reason)
    return course.waking(deadline)


def _begin(
    observed: Observed, course: Course, name: str, deadline: datetime, now: datetime
) -> Course:
    refused = observed.create_failure
    if refused and refused.job_name == name:
        if refused.kind in ("collision", "invalid", "ending"):
            return _give_up(course, refused.message)
        return course.waking(min(now + LOOK, deadline))
    resource = observed.resource
    cleanup = CreateJob(
        name=name,
        run_id=CLEANUP_STAGE,
        trigger=CLEANUP,
        stage=CLEANUP_STAGE,
        attempt=1,
        spec=resource.spec,
        spec_hash=resource.spec.data_hash,
        deadline_seconds=max(1, int((deadline - now).total_seconds())),
    )
    return course.doing(cleanup).waking(deadline)


def _give_up(course: Course, why: str) -> Course:
    told = f"the snapshots may still be there: {why}"
    return course.warning("CleanupFailed", told).doing(RemoveFinalizer())
