"""What decide() is told and what it answers."""

from dataclasses import dataclass
from datetime import datetime

from superzol_operator.resource import Resource
from superzol_operator.spec import Spec
from superzol_operator.status import Status


@dataclass(frozen=True, slots=True)
class PodOutcome:
    """How a pod of a Job stands.

    index: of an Indexed Job. exit_code None: not ended. message: the termination message, as it is.
    reason: why it ended (OOMKilled, Evicted, …), or why it waits (ImagePullBackOff, Unschedulable).
    started: its container runs or ran, or never will, as its node rejected the pod.
    disrupted: it has the condition DisruptionTarget.
    created_at: None where it is not known; the Job's time then counts. image_id: what its image
    turned out to be, as a tag may move; "" where the node does not say.
    """

    name: str
    index: int | None = None
    exit_code: int | None = None
    reason: str = ""
    message: str = ""
    started: bool = False
    disrupted: bool = False
    created_at: datetime | None = None
    image_id: str = ""


@dataclass(frozen=True, slots=True)
class JobView:
    """A Job as the API server holds it.

    is_ours: its controller is this resource, by uid, and its labels are ours.
    finished: "Complete", "Failed" or None; finished_reason: of the condition, such as
    DeadlineExceeded. outcomes: of its pods, for a Job that failed, ended or does not start.
    image: of the ETL in its pods. subject: of accept, CHAIN@VERSION.
    """

    name: str
    uid: str
    is_ours: bool
    run_id: str
    stage: str
    attempt: int
    spec_hash: str
    created_at: datetime
    active: int = 0
    succeeded: int = 0
    failed: int = 0
    completed_indexes: tuple[int, ...] = ()
    failed_indexes: tuple[int, ...] = ()
    finished: str | None = None
    finished_reason: str = ""
    finished_message: str = ""
    deleting: bool = False
    outcomes: tuple[PodOutcome, ...] = ()
    image: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Peers:
    """The other resources, as far as they matter to this one.

    conflicts: names (namespace/name) of older resources with the same target or volume path.
    active_runs: of all others; waiting_before: others that have waited for a place for longer, but
    for those that the cap of their own namespace keeps back.
    The cap of a namespace is None where there is none.
    """

    conflicts: tuple[str, ...] = ()
    active_runs: int = 0
    max_active_runs: int | None = None
    active_runs_in_namespace: int = 0
    max_active_runs_in_namespace: int | None = None
    waiting_before: int = 0


@dataclass(frozen=True, slots=True)
class CreateFailure:
    """What the last POST of a Job said.

    kind: "collision" (a foreign Job has the name), "invalid" (422: for good), "quota" (403 by a
    quota) or "forbidden" (403 by RBAC or a policy): these two wait until it is allowed. "ending"
    (403): the namespace goes.
    """

    kind: str
    job_name: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """A resource and its surroundings, read from the API server just now.

    asked_job: the Job that this process itself asked for last: it knows when one was created.
    """

    resource: Resource
    jobs: tuple[JobView, ...] = ()
    peers: Peers = Peers()
    create_failure: CreateFailure | None = None
    asked_job: str | None = None


@dataclass(frozen=True, slots=True)
class CreateJob:
    """A Job to create; stage: fetch, load, publish, accept, backfill or cleanup.

    spec: that of the run. version None: the newest. subject: of accept, CHAIN@VERSION.
    folder: of backfill, where fetch put the version. deadline_seconds: for activeDeadlineSeconds.
    """

    name: str
    run_id: str
    trigger: str
    stage: str
    attempt: int
    spec: Spec
    spec_hash: str
    deadline_seconds: int
    version: int | None = None
    subject: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteJob:
    """A Job to delete in the foreground, with its uid as precondition."""

    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class AddFinalizer:
    """Puts our finalizer on the resource."""


@dataclass(frozen=True, slots=True)
class RemoveFinalizer:
    """Takes our finalizer off the resource."""


@dataclass(frozen=True, slots=True)
class Emit:
    """An event about the resource; type: Normal or Warning."""

    type: str
    reason: str
    message: str


Action = CreateJob | DeleteJob | AddFinalizer | RemoveFinalizer | Emit


@dataclass(frozen=True, slots=True)
class Decision:
    """The new status, and what to do once it is written.

    requeue_after_seconds None: only an event wakes it. queued_since: since when it is due but
    waits for a place; None: it does not wait. missed_slots: how many slots this decision gave up.
    """

    status: Status
    actions: tuple[Action, ...] = ()
    requeue_after_seconds: float | None = None
    queued_since: datetime | None = None
    missed_slots: int = 0
