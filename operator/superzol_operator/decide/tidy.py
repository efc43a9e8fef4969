"""Deletes the Jobs of runs that are recorded, beyond the limits of history."""

from superzol_operator.decide.adopt import unknown_jobs
from superzol_operator.decide.contract import DeleteJob, JobView, Observed
from superzol_operator.decide.runs import GOOD_RESULTS
from superzol_operator.resource import Resource
from superzol_operator.status import Status


def find_leftovers(observed: Observed, status: Status) -> tuple[DeleteJob, ...]:
    """Jobs to delete: of runs beyond the limits, and those that outlived their run or attempt."""
    kept, run = _kept_runs(observed.resource, status), status.current_run
    unknown = {job.name for job in unknown_jobs(observed, status)}

    def is_left(job: JobView) -> bool:
        if run and job.run_id == run.id:
            # of an attempt that is over, such as one whose creation came through late
            return job.finished is None and job.name != run.job_name
        return job.name not in unknown and (job.finished is None or job.run_id not in kept)

    return tuple(
        DeleteJob(job.name, job.uid)
        for job in observed.jobs
        if job.is_ours and not job.deleting and is_left(job)
    )


def _kept_runs(resource: Resource, status: Status) -> frozenset[str]:
    good = [record.id for record in status.history if record.result in GOOD_RESULTS]
    bad = [record.id for record in status.history if record.result in ("Failed", "Cancelled")]
    spec = resource.spec
    kept_good = good[: spec.successful_runs_history_limit]
    return frozenset([*kept_good, *bad[: spec.failed_runs_history_limit]])
