"""A small world for decide(): an API server of one resource, Jobs, and a clock that may step."""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from superzol_operator.decide.contract import (
    AddFinalizer,
    CreateFailure,
    CreateJob,
    Decision,
    DeleteJob,
    Emit,
    JobView,
    Observed,
    Peers,
    PodOutcome,
    RemoveFinalizer,
)
from superzol_operator.decide.decision import decide
from superzol_operator.resource import FINALIZER, Resource, read_resource
from superzol_operator.status import Status, merge_patch, write_status

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SPEC: dict[str, Any] = {
    "source": {"kaggle": {"dataset": "erlichsefi/israeli-supermarkets-2024"}},
    "storage": {"claimName": "kaggle-data"},
    "target": {"postgres": {"secretRef": {"name": "postgres-loader"}}},
}


def message(**fields: Any) -> str:
    """A termination message of the ETL."""
    return json.dumps({"v": 1, **fields})


@dataclass(slots=True)
class World:
    """Holds what the API server would; each look() is a reconcile of an operator without memory."""

    spec: dict[str, Any] = field(default_factory=lambda: dict(SPEC))
    now: datetime = NOON
    generation: int = 1
    annotations: dict[str, str] = field(default_factory=dict)
    status: dict[str, Any] = field(default_factory=dict)
    finalizers: list[str] = field(default_factory=list)
    deleted_at: datetime | None = None
    peers: Peers = field(default_factory=Peers)
    jobs: dict[str, JobView] = field(default_factory=dict)
    created: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    events: list[Emit] = field(default_factory=list)
    refuse: str | None = None
    refused: CreateFailure | None = None
    server_time: datetime = NOON
    numbers: int = 0
    source_version: int = 812
    image: str = "etl:1"

    def resource(self) -> Resource:
        metadata: dict[str, Any] = {
            "name": "prices",
            "namespace": "super-zol",
            "uid": "uid-1",
            "generation": self.generation,
            "resourceVersion": "1",
            "creationTimestamp": "2026-11-20T12:00:00Z",
            "annotations": {f"refresh.superzol.com/{k}": v for k, v in self.annotations.items()},
            "finalizers": self.finalizers,
        }
        if self.deleted_at:
            metadata["deletionTimestamp"] = self.deleted_at.isoformat()
        return read_resource({"metadata": metadata, "spec": self.spec, "status": self.status})

    def observe(self) -> Observed:
        refused, self.refused = self.refused, None
        return Observed(self.resource(), tuple(self.jobs.values()), self.peers, refused)

    def look(self, *, crash_after: int | None = None) -> Decision:
        """Reconciles once; crash_after: how many steps happen (0: not even the patch)."""
        decision = decide(self.observe(), self.now)
        steps = 0
        if crash_after == steps:
            return decision
        patch = merge_patch(self.status, write_status(decision.status))
        self.status = apply_patch(self.status, patch)
        for action in decision.actions:
            steps += 1
            if crash_after == steps:
                return decision
            self._do(action)
        return decision

    def settle(self, looks: int = 30) -> Decision:
        """Reconciles until nothing is to be done at once."""
        for _ in range(looks):
            before = (json.dumps(self.status, sort_keys=True), dict(self.jobs))
            decision = self.look()
            if before == (json.dumps(self.status, sort_keys=True), dict(self.jobs)):
                return decision
        raise AssertionError("it never settles")

    def _do(self, action: object) -> None:
        match action:
            case CreateJob():
                self._create(action)
            case DeleteJob(name=name, uid=uid):
                job = self.jobs.get(name)
                if job and job.uid == uid:
                    self.jobs[name] = replace(job, deleting=True)
                    if job.finished:
                        del self.jobs[name]
            case Emit():
                self.events.append(action)
            case AddFinalizer():
                self.finalizers = [*self.finalizers, FINALIZER]
            case RemoveFinalizer():
                self.finalizers = [each for each in self.finalizers if each != FINALIZER]

    def _create(self, order: CreateJob) -> None:
        if self.refuse:
            self.refused = CreateFailure(self.refuse, order.name, "refused by the test")
            return
        if order.name in self.jobs:
            if not self.jobs[order.name].is_ours:
                self.refused = CreateFailure("collision", order.name, "AlreadyExists")
            return
        self.created[(order.run_id, order.stage, order.attempt)] += 1
        self.numbers += 1
        self.jobs[order.name] = JobView(
            name=order.name,
            uid=f"job-{self.numbers}",
            is_ours=True,
            run_id=order.run_id,
            stage=order.stage,
            attempt=order.attempt,
            spec_hash=order.spec_hash,
            created_at=self.server_time.replace(microsecond=0),
            active=1,
            subject=order.subject,
            image=order.spec.pod_template.image or self.image,
        )

    # what Kubernetes and people do

    def job(self) -> JobView:
        """The Job that is not finished."""
        (job,) = [job for job in self.jobs.values() if job.finished is None]
        return job

    def running(self) -> bool:
        """A Job is not finished."""
        return any(job.finished is None for job in self.jobs.values())

    def change(self, job: JobView, **changes: Any) -> None:
        self.jobs[job.name] = replace(job, **changes)

    def complete(self, **told: Any) -> None:
        """The Job that runs ends well; told replaces fields of its message."""
        job = self.job()
        revision = f"v{self.source_version}@blake3:{self.source_version:04x}"
        fields: dict[str, Any] = {"version": self.source_version, "revision": revision}
        if job.stage == "fetch":
            fields |= {"result": "Fetched", "bytes": 99, "folder": "/data/raw/20261120/v812"}
        elif job.stage == "load":
            fields |= {"result": "Loaded", "chainsLoaded": 2, "rows": 10, "heldBack": []}
        elif job.stage == "publish":
            fields |= {"result": "Published", "chains": 10, "chainsLoaded": 10, "rows": 100}
        else:
            fields |= {"result": {"accept": "Accepted"}.get(job.stage, "Backfilled")}
        text = message(**(fields | told))
        outcome = PodOutcome("pod", exit_code=0, message=text, started=True)
        self.change(job, finished="Complete", active=0, succeeded=1, outcomes=(outcome,))

    def fail(self, exit_code: int = 75, **changes: Any) -> None:
        """The Job that runs fails by a pod with this exit code."""
        job = self.job()
        told = message(result="Failed", reason="Trouble", message="it broke")
        outcomes = tuple(
            PodOutcome(f"pod-{index}", index, exit_code, message=told, started=True)
            for index in changes.get("failed_indexes", (None,))
        )
        fields: dict[str, Any] = {"finished": "Failed", "active": 0, "outcomes": outcomes}
        self.change(job, **(fields | changes))

    def vanish(self, job: JobView | None = None) -> None:
        """A Job goes, whether a status knows of it or not."""
        del self.jobs[(job or self.job()).name]

    def remove_deleted(self) -> None:
        """The garbage collector ends deletions in the foreground."""
        for job in [job for job in self.jobs.values() if job.deleting]:
            self.vanish(job)

    def edit(self, **changes: Any) -> None:
        self.spec = self.spec | changes
        self.generation += 1

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)
        self.server_time += timedelta(**duration)

    def run_through(self) -> None:
        """Carries the current run to its end, all well."""
        for _ in range(10):
            self.settle()
            if not any(job.finished is None for job in self.jobs.values()):
                return
            self.complete()
        raise AssertionError("the run never ends")

    @property
    def seen(self) -> Status:
        return self.resource().status

    def job_stages(self) -> list[str]:
        """Stages of the Jobs that were created, in order."""
        return [stage for _, stage, _ in self.created.elements()]

    def current_id(self) -> str | None:
        run = self.seen.current_run
        return run.id if run else None

    def last_id(self) -> str:
        last = self.seen.last_run
        return last.id if last else ""

    def reasons(self) -> list[str]:
        return [event.reason for event in self.events]

    def claim(self, kind: str) -> tuple[str, str] | None:
        """Status and reason of a condition."""
        found = self.seen.condition(kind)
        return (found.status, found.reason) if found else None

    def text(self, kind: str) -> str:
        """Message of a condition."""
        found = self.seen.condition(kind)
        return found.message if found else ""


def scheduled(**schedule: object) -> World:
    """A world with a slot each night at two, UTC."""
    world = World()
    world.spec = world.spec | {"schedule": {"cron": "0 2 * * *", **schedule}}
    return world


def loaded(**schedule: object) -> World:
    """A scheduled world that loaded its first version at noon."""
    world = scheduled(**schedule)
    world.run_through()
    return world


def apply_patch(old: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """RFC 7386, as the API server applies it."""
    merged = dict(old)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            before = merged.get(key)
            merged[key] = apply_patch(before if isinstance(before, dict) else {}, value)
        else:
            merged[key] = value
    return merged
