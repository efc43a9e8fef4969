"""Deletes the Jobs of runs that are recorded, beyond the limits of history."""

from superzol_operator.decide.adopt import unknown_jobs
from superzol_operator.decide.contract import DeleteJob, Observed
from superzol_operator.decide.runs import GOOD_RESULTS
from superzol_operator.resource import Resource
from superzol_operator.status import Status


def find_leftovers(observed: Observed, status: Status) -> tuple[DeleteJob, ...]:
    """Jobs to delete: of runs beyond the limits, and those that outlived their run."""
    kept = _kept_runs(observed.resource, status)
    unknown = {job.name for job in unknown_jobs(observed, status)}
    current = status.current_run.id if status.current_run else None
    return tuple(
        DeleteJob(job.name, job.uid)
        for job in observed.jobs
        if job.is_ours
        and not job.deleting
        and job.run_id != current
        and job.name not in unknown
        and (job.finished is None or job.run_id not in kept)
    )


def _kept_runs(resource: Resource, status: Status) -> frozenset[str]:
    good = [record.id for record in status.history if record.result in GOOD_RESULTS]
    bad = [record.id for record in status.history if record.result in ("Failed", "Cancelled")]
    spec = resource.spec
    kept_good = good[: spec.successful_runs_history_limit]
    return frozenset([*kept_good, *bad[: spec.failed_runs_history_limit]])
