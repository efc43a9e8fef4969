"""What the operator keeps of a DatasetRefresh: status as values, and as the API server holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from superzol_operator.fields import read_value, write_value

NEVER_OBSERVED = -1


@dataclass(frozen=True, slots=True)
class Condition:
    """A metav1.Condition; status is True, False or Unknown."""

    type: str
    status: str
    reason: str
    message: str
    observed_generation: int
    last_transition_time: datetime


@dataclass(frozen=True, slots=True)
class Chains:
    """Of the version that readers see: chains it consists of, loaded, and held back.

    held_back names the first ones only. missing: which no load finished; None: nobody said so.
    """

    total: int = 0
    current: int = 0
    held_back: tuple[str, ...] = ()
    missing: int | None = None

    @property
    def is_settled(self) -> bool:
        """Each chain is loaded or held back."""
        missing = self.missing
        if missing is None:
            missing = self.total - self.current - len(self.held_back)
        return missing <= 0


@dataclass(frozen=True, slots=True)
class Artifact:
    """What readers see now.

    fetched_revision: what fetch called the files, and spec_hash the spec (Spec.data_hash), by which
    an unchanged version is known. image: of the ETL that judged the chains.
    """

    revision: str
    version: int
    digest: str | None = None
    path: str | None = None
    rows: int = 0
    bytes: int = 0
    last_update_time: datetime | None = None
    chains: Chains = Chains()
    fetched_revision: str | None = None
    spec_hash: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Shards:
    """How far the parts of a load are."""

    total: int
    succeeded: int = 0
    failed: int = 0
    failed_indexes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CurrentRun:
    """The run that was claimed, written before its first Job.

    trigger: Manual, Spec, Schedule, Backfill or Accept. attempt counts from 1, over all stages.
    spec_text: the spec of the run, which edits do not change. version: what it loads, once known.
    subject: of an accept, CHAIN@VERSION. folder: where fetch put the version.
    job_asked: the Job of this stage and attempt was asked for; who finds none then cannot know that
    there was none. job_created_time: of that Job, once it was seen. jobs_lost: attempts of which
    that is all that is known. ending: what is decided but waits for its Jobs to be gone (Cancelled,
    Failed or Retry), with reason and message. waiting_reason: why its Job may not be created yet
    (Queued, JobForbidden), with what the API server said. image: of the ETL that fetched, then of
    the one that loaded.
    """

    id: str
    trigger: str
    generation: int
    spec_hash: str
    spec_text: str
    stage: str
    start_time: datetime
    deadline_time: datetime
    attempt: int = 1
    job_name: str | None = None
    job_asked: bool = False
    job_created_time: datetime | None = None
    request_token: str | None = None
    forced: bool = False
    subject: str | None = None
    next_attempt_time: datetime | None = None
    scheduled_time: datetime | None = None
    ending: str | None = None
    ending_reason: str | None = None
    ending_message: str | None = None
    waiting_reason: str | None = None
    waiting_message: str | None = None
    version: int | None = None
    revision: str | None = None
    fetched_revision: str | None = None
    folder: str | None = None
    bytes: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    shards: Shards | None = None
    jobs_lost: int = 0
    image: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """How a run ended: Succeeded, Partial, Unchanged, Failed, Cancelled or Missed.

    stalled_as: the reason of the condition Stalled when only a person can mend it.
    """

    id: str
    trigger: str
    result: str
    reason: str
    message: str = ""
    generation: int = 0
    request_token: str | None = None
    revision: str | None = None
    start_time: datetime | None = None
    completion_time: datetime | None = None
    attempts: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    stalled_as: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A version that lies on the volume as files."""

    revision: str
    bytes: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far the past is loaded: next_version is the one to load next, downwards."""

    next_version: int
    tries: int = 0
    next_attempt_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The whole of it.

    last_handled_spec: Spec.data_hash of the newest spec for which a run was claimed.
    schedule_since: slots before it belong to a schedule that stands no more.
    first_version: the oldest version that this resource loaded. last_job_time: when the API server
    created the newest Job of a run that is recorded. queued_time: since when a run waits for its
    place under the cap.
    """

    observed_generation: int = NEVER_OBSERVED
    conditions: tuple[Condition, ...] = ()
    artifact: Artifact | None = None
    current_run: CurrentRun | None = None
    last_run: RunRecord | None = None
    history: tuple[RunRecord, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    backfill: Backfill | None = None
    next_run_time: datetime | None = None
    last_schedule_time: datetime | None = None
    last_success_time: datetime | None = None
    last_handled_request: str | None = None
    last_handled_force: str | None = None
    last_handled_cancel: str | None = None
    last_handled_accept: str | None = None
    last_handled_spec: str | None = None
    schedule_hash: str | None = None
    schedule_since: datetime | None = None
    last_job_time: datetime | None = None
    queued_time: datetime | None = None
    first_version: int | None = None
    consecutive_failures: int = 0

    @property
    def holds_place(self) -> bool:
        """A run goes on that others wait for: not one whose Job may not be created yet."""
        run = self.current_run
        return run is not None and (run.job_asked or run.waiting_reason is None)

    def condition(self, kind: str) -> Condition | None:
        """The condition of that type; None where there is none."""
        return next((each for each in self.conditions if each.type == kind), None)


def read_status(status: Mapping[str, Any]) -> Status:
    """Reads the status that the API server holds; what is unknown or unreadable is left out."""
    return read_value(Status, status)


def write_status(status: Status) -> dict[str, Any]:
    """The status as JSON; what is empty is left out."""
    written: dict[str, Any] = write_value(status)
    return written


def merge_patch(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON merge patch (RFC 7386) that turns old into new; empty when they are equal."""
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            if inner := merge_patch(before, value):
                patch[key] = inner
        elif before != value:
            patch[key] = value
    return patch
