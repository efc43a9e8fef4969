"""Deletes the Jobs of runs that are recorded, beyond the limits of history."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from superzol_operator.decide.adopt import unknown_jobs
from superzol_operator.decide.contract import DeleteJob, JobView, Observed
from superzol_operator.decide.runs import GOOD_RESULTS, records_of, result_of_jobs
from superzol_operator.resource import Resource
from superzol_operator.status import Status


def find_leftovers(observed: Observed, status: Status) -> tuple[DeleteJob, ...]:
    """Jobs to delete: of runs beyond the limits, and those that outlived their run or attempt."""
    run = status.current_run
    run_id, job_name = (run.id, run.job_name) if run else (None, None)
    unknown = {job.name for job in unknown_jobs(observed, status)}
    ours = [job for job in observed.jobs if job.is_ours and not job.deleting]
    of_run = [job for job in ours if job.run_id == run_id]
    ended = [job for job in ours if job.run_id != run_id and job.name not in unknown]
    kept = _kept_runs(observed.resource, status, (job for job in ended if job.finished))
    left = [
        # of an attempt that is over, such as one whose creation came through late
        *(job for job in of_run if job.finished is None and job.name != job_name),
        *(job for job in ended if job.finished is None or job.run_id not in kept),
    ]
    return tuple(DeleteJob(job.name, job.uid) for job in left)


def _kept_runs(resource: Resource, status: Status, ended: Iterable[JobView]) -> frozenset[str]:
    """The newest by their Jobs, which may be of runs that no record tells of any more."""
    told = {record.id: record.result for record in reversed(records_of(status))}
    order = {run_id: place for place, run_id in enumerate(told)}
    by_run: defaultdict[str, list[JobView]] = defaultdict(list)

    def age(job: JobView) -> tuple[datetime, int, str]:
        return job.created_at, order.get(job.run_id, -1), job.run_id

    for job in sorted(ended, key=age, reverse=True):
        by_run[job.run_id].append(job)
    results = {run_id: told.get(run_id) or result_of_jobs(jobs) for run_id, jobs in by_run.items()}
    good = [run_id for run_id, result in results.items() if result in GOOD_RESULTS]
    bad = [run_id for run_id, result in results.items() if result not in GOOD_RESULTS]
    spec = resource.spec
    kept_good = good[: spec.successful_runs_history_limit]
    return frozenset([*kept_good, *bad[: spec.failed_runs_history_limit]])
