"""One look at a resource: read it and its Jobs, decide, write the status, then act.

The status is written first: a Job is only created for a run that is claimed, and only deleted when
its result is kept. Whoever loses the race for the status does nothing and looks again.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from superzol_operator.acts import Acts
from superzol_operator.births import Births
from superzol_operator.census import Census
from superzol_operator.cluster import ApiFailure, Cluster, Unreachable
from superzol_operator.decide.contract import (
    CreateFailure,
    CreateJob,
    Decision,
    DeleteJob,
    JobView,
    Observed,
)
from superzol_operator.decide.decision import decide
from superzol_operator.forbidden import note_forbidden
from superzol_operator.keys import Key
from superzol_operator.metrics import Metrics
from superzol_operator.observe import observe_jobs, observe_resource
from superzol_operator.queue import WorkQueue
from superzol_operator.resource import Resource
from superzol_operator.settings import CrashPoint
from superzol_operator.status import Status, merge_patch, write_status

log = logging.getLogger(__name__)

# A look may write several times before the watch tells of the first.
ECHOES = 4


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reconciler works with."""

    cluster: Cluster
    queue: WorkQueue
    census: Census
    acts: Acts
    metrics: Metrics
    births: Births = field(default_factory=Births)


class Reconciler:
    """Looks at resources, one at a time each, as often as asked."""

    def __init__(
        self,
        surroundings: Surroundings,
        progress_seconds: float = 5.0,
        crash_at: CrashPoint | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._around = surroundings
        self._progress_seconds = progress_seconds
        self._crash_at = crash_at
        self._now = now
        self._progress_at: dict[Key, float] = {}
        self._written: dict[Key, tuple[str, ...]] = {}
        self._asked: dict[Key, str] = {}
        self._created: dict[Key, JobView] = {}

    def is_echo(self, key: Key, resource_version: str) -> bool:
        """The event tells of nothing but a write of ours."""
        return resource_version in self._written.get(key, ())

    async def look(self, key: Key) -> float | None:
        """Looks at a resource and returns in how many seconds to look again."""
        resource = await observe_resource(self._around.cluster, key)
        if resource is None:
            self._forget(key)
            return None
        now = self._now()  # the pods that were looked at are those that are late by this clock
        jobs = await self._find_jobs(key, resource, now)
        resource = self._recall(key, resource, jobs)
        decision, refusal = await self._step(key, Observed(resource, jobs), now)
        if refusal is not None:
            # what the server said about the Job is told to the rules, on what is there by now
            again = await observe_resource(self._around.cluster, key)
            if again is None:
                return 0.0
            now = self._now()
            jobs = await observe_jobs(self._around.cluster, again, now)
            observed = Observed(again, jobs, create_failure=refusal)
            decision, refusal = await self._step(key, observed, now)
            if refusal is not None:
                return 0.0
        return decision.requeue_after_seconds

    async def _find_jobs(self, key: Key, resource: Resource, now: datetime) -> tuple[JobView, ...]:
        if self._around.births.is_first_look(key, resource.uid):
            return ()
        try:
            return await observe_jobs(self._around.cluster, resource, now)
        except ApiFailure as failure:
            if failure.status == 403:
                await self._tell_forbidden(key, resource, failure.message)
            raise

    def _recall(self, key: Key, resource: Resource, jobs: tuple[JobView, ...]) -> Resource:
        """Tells the run that its Job was there, if it is gone before that was written down.

        Else it would be created again, by the same name.
        """
        run, created = resource.status.current_run, self._created.get(key)
        if run is None or created is None or run.job_name != created.name:
            self._created.pop(key, None)
            return resource
        if any(job.name == created.name for job in jobs):
            return resource
        seen = replace(run, job_created_time=run.job_created_time or created.created_at)
        return replace(resource, status=replace(resource.status, current_run=seen))

    async def _step(
        self, key: Key, observed: Observed, now: datetime
    ) -> tuple[Decision, CreateFailure | None]:
        resource = observed.resource
        peers = self._around.census.peers(resource)
        seen = replace(observed, peers=peers, asked_job=self._asked.get(key))
        decision = decide(seen, now)
        for action in decision.actions:
            if isinstance(action, CreateJob):
                self._asked[key] = action.name
        ends = resource.status.current_run is not None and decision.status.current_run is None
        # a place is taken before the claim is written, and free after the end is
        held = resource.status if ends else decision.status
        self._take_place(resource, held, decision.queued_since)
        try:
            written = await self._write(key, resource, decision)
        except Unreachable:
            raise  # it may be written: the place stays taken until a look tells
        except BaseException:
            # whoever lost the race for the status has its place in the line still
            self._take_place(resource, resource.status, resource.status.queued_time)
            raise
        if written is None:
            return replace(decision, requeue_after_seconds=self._progress_seconds), None
        if ends:
            self._take_place(resource, decision.status, decision.queued_since)
        self._around.metrics.resources.record(resource, decision.status)
        self._count(resource.status, decision)
        return decision, await self._act(written, decision)

    async def _tell_forbidden(self, key: Key, resource: Resource, message: str) -> None:
        status = note_forbidden(resource.status, resource.generation, message, self._now())
        if status != resource.status:
            await self._write(key, resource, Decision(status))
            self._around.metrics.resources.record(resource, status)

    def _take_place(
        self, resource: Resource, status: Status, queued_since: datetime | None
    ) -> None:
        woken = self._around.census.record(resource, status.holds_place, queued_since)
        for other in woken:
            self._around.queue.add(other)

    async def _write(self, key: Key, resource: Resource, decision: Decision) -> Resource | None:
        """Writes the status where it changed; None when mere progress is not worth a write yet."""
        old, new = resource.status, decision.status
        patch = merge_patch(write_status(old), write_status(new))
        if not patch:
            return resource
        if is_progress(old, new) and not decision.actions and not self._may_tell_progress(key):
            return None
        claims = old.current_run is None and new.current_run is not None
        finishes = old.current_run is not None and new.current_run is None
        if claims:
            self._crash("before_claim")
        body = await self._around.cluster.patch_status(key, resource.resource_version, patch)
        self._progress_at[key] = time.monotonic()
        version = body["metadata"]["resourceVersion"]
        self._written[key] = (*self._written.get(key, ()), version)[-ECHOES:]
        if claims:
            self._crash("after_claim")
        if finishes:
            self._crash("after_finish_patch")
        return replace(resource, resource_version=version, status=new)

    async def _act(self, resource: Resource, decision: Decision) -> CreateFailure | None:
        for action in decision.actions:
            if isinstance(action, DeleteJob):
                self._crash("before_job_delete")
            answer = await self._around.acts.perform(resource, action, self._now())
            if isinstance(answer, CreateFailure):
                return answer
            if isinstance(answer, JobView):
                self._created[Key(resource.namespace, resource.name)] = answer
                self._crash("after_create")
        return None

    def _count(self, old: Status, decision: Decision) -> None:
        metrics, new, now = self._around.metrics, decision.status, self._now()
        metrics.missed.inc(decision.missed_slots)
        before, after = old.current_run, new.current_run
        if before is not None and before.job_created_time is not None:
            is_over = after is None or (after.stage, after.attempt) != (
                before.stage,
                before.attempt,
            )
            if is_over:
                took = (now - before.job_created_time).total_seconds()
                metrics.run_seconds.labels(before.stage).observe(max(0.0, took))
        if new.last_run is not None and new.last_run != old.last_run:
            metrics.count_end(new.last_run)
        if after is not None:
            metrics.count_attempt(before, after)

    def _may_tell_progress(self, key: Key) -> bool:
        return time.monotonic() - self._progress_at.get(key, 0.0) >= self._progress_seconds

    def _forget(self, key: Key) -> None:
        for other in self._around.census.forget(key):
            self._around.queue.add(other)
        self._around.queue.forget(key)
        self._around.births.forget(key)
        self._around.metrics.resources.forget(key)
        self._progress_at.pop(key, None)
        self._written.pop(key, None)
        self._asked.pop(key, None)
        self._created.pop(key, None)

    def _crash(self, point: CrashPoint) -> None:
        if self._crash_at == point:
            log.warning("crashing as told", extra={"point": point})
            os.kill(os.getpid(), signal.SIGKILL)


def is_progress(old: Status, new: Status) -> bool:
    """Only the counts of a running load differ."""
    if old.current_run is None or new.current_run is None:
        return False
    without = replace(old.current_run, shards=None)
    return replace(old, current_run=without) == replace(
        new, current_run=replace(new.current_run, shards=None)
    )
