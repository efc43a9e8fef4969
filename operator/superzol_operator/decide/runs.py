"""What a run consists of: its identifier, its stages and their Jobs."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from superzol_operator.decide.contract import CreateJob, JobView, Observed
from superzol_operator.jobnames import job_name
from superzol_operator.resource import Resource, read_spec
from superzol_operator.spec import Spec
from superzol_operator.status import CurrentRun, RunRecord, Status

MANUAL = "Manual"
ACCEPT = "Accept"
SPEC = "Spec"
SCHEDULE = "Schedule"
BACKFILL = "Backfill"
CLEANUP = "Cleanup"

FETCH = "fetch"
LOAD = "load"
PUBLISH = "publish"

INVALID_ACCEPT = "InvalidAccept"

GOOD_RESULTS = ("Succeeded", "Partial", "Unchanged")
TOKEN_LETTERS = 10
HISTORY_RECORDS = 10


def token_run_id(letter: str, token: str, status: Status) -> str:
    """The run of a request, told from one of the same word before by the newest Job until then.

    The ledger of the ETL would answer for a run of the same name, with what it did then.
    """
    after = f"-{status.last_job_time.timestamp():.0f}" if status.last_job_time else ""
    return _word_of(letter, token) + after


def is_of_token(run_id: str, letter: str, token: str) -> bool:
    """The run was asked for by that word."""
    return run_id == _word_of(letter, token) or run_id.startswith(_word_of(letter, token) + "-")


def _word_of(letter: str, token: str) -> str:
    return f"{letter}-{hashlib.sha256(token.encode()).hexdigest()[:TOKEN_LETTERS]}"


def slot_run_id(slot: datetime) -> str:
    """The run of a slot, whenever and by whomever it is started."""
    return f"s-{slot:%Y%m%d%H%M}"


def slot_of_run_id(run_id: str) -> str | None:
    """The slot of a scheduled run as %Y%m%d%H%M; None for other runs."""
    return run_id[2:] if run_id.startswith("s-") else None


def stages_of(trigger: str, source_kind: str) -> tuple[str, ...]:
    """The stages of a run in their order.

    Only Kaggle gives a version again by its number, so only from there an accepted one is fetched.
    """
    if trigger == BACKFILL:
        return (FETCH, "backfill")
    if trigger == ACCEPT and source_kind == "kaggle":
        return ("accept", FETCH, LOAD, PUBLISH)
    if trigger == ACCEPT:
        return ("accept", LOAD, PUBLISH)
    return (FETCH, LOAD, PUBLISH)


def next_stage(run: CurrentRun, spec: Spec) -> str | None:
    """The stage after that of the run; None after the last."""
    stages = stages_of(run.trigger, spec.source.kind)
    index = stages.index(run.stage) + 1
    return stages[index] if index < len(stages) else None


def has_begun(run: CurrentRun) -> bool:
    """A Job of it was seen: its time counts from then on."""
    return run.job_created_time is not None or run.attempt > 1 or run.revision is not None


def frozen_spec(run: CurrentRun, resource: Resource) -> Spec:
    """The spec as it was when the run was claimed."""
    return read_spec(json.loads(run.spec_text), resource.name)


def name_job(resource: Resource, run_id: str, stage: str, attempt: int) -> str:
    """The name of the Job of a stage."""
    return job_name(resource.name, resource.uid, run_id, stage, attempt)


def create_job(resource: Resource, run: CurrentRun, now: datetime) -> CreateJob:
    """The Job that the run needs now, of the spec that it was claimed with."""
    spec = frozen_spec(run, resource)
    limit = spec.run.deadline_seconds
    remaining = int((run.deadline_time - now).total_seconds()) if has_begun(run) else limit
    return CreateJob(
        name=run.job_name or name_job(resource, run.id, run.stage, run.attempt),
        run_id=run.id,
        trigger=run.trigger,
        stage=run.stage,
        attempt=run.attempt,
        spec=spec,
        spec_hash=run.spec_hash,
        deadline_seconds=max(1, min(remaining, limit)),
        version=run.version,
        subject=run.subject,
        folder=run.folder,
    )


def jobs_of_run(observed: Observed, run_id: str) -> tuple[JobView, ...]:
    """Our Jobs of a run."""
    return tuple(job for job in observed.jobs if job.is_ours and job.run_id == run_id)


def result_of_jobs(jobs: Sequence[JobView]) -> str:
    """How a run ended of which only its Jobs are known; what was cancelled may seem Unchanged."""
    complete = {job.stage for job in jobs if job.finished == "Complete"}
    if {PUBLISH, "backfill"} & complete:
        return "Succeeded"
    if complete == {job.stage for job in jobs} == {FETCH}:
        return "Unchanged"
    is_accept = jobs[0].run_id.startswith("a-")
    # none of its Jobs failed: nothing is known against it
    is_cut_short = is_accept and all(job.finished == "Complete" for job in jobs)
    return "Cancelled" if is_cut_short else "Failed"


def records_of(status: Status) -> tuple[RunRecord, ...]:
    """Runs of which the end is known, the last one first."""
    last = (status.last_run,) if status.last_run else ()
    return (*last, *status.history)


def recorded_ids(status: Status) -> frozenset[str]:
    """Their identifiers."""
    return frozenset(record.id for record in records_of(status))


def decisive_record(status: Status) -> RunRecord | None:
    """The last run that says whether the resource is well; None: none has ended yet."""
    return next((each for each in records_of(status) if is_decisive(each)), None)


def is_decisive(record: RunRecord) -> bool:
    """It ended by itself, and was about the newest version."""
    if record.trigger == BACKFILL or is_invalid_accept(record):
        return False
    return record.result in (*GOOD_RESULTS, "Failed")


def is_invalid_accept(record: RunRecord) -> bool:
    """What it was asked to accept is not there, or bad: that says nothing of the newest version."""
    return record.trigger == ACCEPT and record.reason == INVALID_ACCEPT


def remember(status: Status, record: RunRecord) -> tuple[RunRecord, ...]:
    """The history with one record more: the newest, and two however old they are.

    The newest that is decisive, by which the resource is judged, and the newest that had Jobs, or
    else those would be taken for a run that nobody recorded.
    """
    longer = (record, *status.history)
    judging = next((each for each in longer if is_decisive(each)), None)
    working = next((each for each in longer if each.result != "Missed"), None)
    others = [each for each in longer if each not in (judging, working)]
    room = HISTORY_RECORDS - (len(longer) - len(others))
    return tuple(each for each in longer if each not in others[room:])
