"""What a leader does: workers that look at resources, and a resync that forgets none."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

from superzol_operator.cluster import ApiFailure, Unreachable
from superzol_operator.health import Health
from superzol_operator.keys import Key
from superzol_operator.lease import NotLeading
from superzol_operator.reconcile import Reconciler, Surroundings
from superzol_operator.resource import read_resource
from superzol_operator.settings import Settings

log = logging.getLogger(__name__)

# A resync looks at all resources within this part of its period, so that none waits behind it.
SPREAD = 0.1
RESYNC_RETRY_SECONDS = 5.0
STOP_SECONDS = 4.0
CONFLICT_SECONDS = 0.1
# What a look takes on a busy machine: what can wait goes behind all that wait now.
LOOK_SECONDS = 0.02


class Work:
    """The workers and the resync; nothing is woken before run() or after stop()."""

    def __init__(
        self, settings: Settings, around: Surroundings, reconciler: Reconciler, health: Health
    ) -> None:
        self._settings = settings
        self._around = around
        self._reconciler = reconciler
        self._health = health
        self._workers: list[asyncio.Task[None]] = []
        self._stopping = False
        self._early: set[Key] = set()
        self._is_leading = False
        self.is_running = False

    async def run(self) -> None:
        """Lists every resource first, since a place or a target taken decides; then works."""
        self._health.lead()
        self._is_leading = True
        await self._resync_until_done(spread_seconds=0.0)
        self.is_running = True
        # what changed while the list was under way may not be in it
        for key in self._early:
            self.wake(key)
        self._early.clear()
        async with asyncio.TaskGroup() as tasks:
            self._workers = [
                tasks.create_task(self._serve()) for _ in range(self._settings.workers)
            ]
            tasks.create_task(self._resync_for_ever())
            tasks.create_task(self._around.acts.recorder.run())

    async def stop(self) -> None:
        """Takes no more keys and lets the looks under way end."""
        self._stopping = True
        self.is_running = self._is_leading = False
        for worker in self._workers:
            worker.cancel("stop")
        if self._workers:
            await asyncio.wait(self._workers, timeout=STOP_SECONDS)

    def see(self, body: Mapping[str, Any], has_changed: bool) -> None:
        """Takes notice of a resource as a watch tells of it; our own last change is no news."""
        metadata = body["metadata"]
        key = Key(metadata["namespace"], metadata["name"])
        is_echo = has_changed and self._reconciler.is_echo(key, metadata["resourceVersion"])
        if self._is_leading and not is_echo:
            self._note(key, body)
            self.wake(key)

    def regain(self) -> None:
        """Looks at every resource now, whatever it waits for: the Lease is ours again."""
        self._around.births.lapse()
        for key in self._around.census.keys:
            self.wake(key)

    def wake(self, key: Key, delay_seconds: float = 0.0) -> None:
        """Asks for a look at a resource; a standby looks at none."""
        if self.is_running:
            queue = self._around.queue
            queue.add(key, delay_seconds and delay_seconds + LOOK_SECONDS * queue.depth)
        elif self._is_leading:
            self._early.add(key)

    async def _serve(self) -> None:
        while not self._stopping:
            key = await self._around.queue.take()
            # a look that has begun is not cut off by stop(): it may be between claim and Job
            look = asyncio.create_task(self._look(key))
            try:
                await asyncio.shield(look)
            except asyncio.CancelledError:
                await look
                raise

    async def _look(self, key: Key) -> None:
        queue, metrics, began = self._around.queue, self._around.metrics, time.monotonic()
        try:
            again_in_seconds = await self._reconciler.look(key)
        except NotLeading as error:
            delay = queue.failed(key)
            log.warning("not leading", extra=_fields(key, delay) | {"reason": str(error)})
        except ApiFailure as failure:
            self._note_failure(key, failure)
        except Unreachable as error:
            metrics.errors.labels("unreachable").inc()
            delay = self._fail(key)
            log.warning("no answer", extra=_fields(key, delay) | {"reason": str(error)})
        except Exception:
            # one poisoned resource must not stop the others
            metrics.errors.labels("unforeseen").inc()
            delay = self._fail(key)
            log.exception("look failed", extra=_fields(key, delay))
        else:
            queue.done(key, again_in_seconds)
        finally:
            metrics.look_seconds.observe(time.monotonic() - began)

    def _note_failure(self, key: Key, failure: ApiFailure) -> None:
        queue, errors = self._around.queue, self._around.metrics.errors
        if failure.status == 409:
            errors.labels("conflict").inc()
            queue.done(key, CONFLICT_SECONDS)
            return
        errors.labels({403: "forbidden", 429: "throttled"}.get(failure.status, "api")).inc()
        delay = self._fail(key, failure.retry_after_seconds)
        log.warning("call refused", extra=_fields(key, delay) | {"reason": str(failure)})

    def _fail(self, key: Key, again_in_seconds: float | None = None) -> float:
        """Ends a look that went wrong: until one goes well no place is kept for the resource."""
        for other in self._around.census.step_aside(key):
            self._around.queue.add(other)
        return self._around.queue.failed(key, again_in_seconds)

    async def _resync_for_ever(self) -> None:
        period = self._settings.resync_seconds
        while True:
            await asyncio.sleep(period)
            await self._resync_until_done(spread_seconds=SPREAD * period)

    async def _resync_until_done(self, spread_seconds: float) -> None:
        while True:
            try:
                return await self._resync(spread_seconds)
            except (ApiFailure, Unreachable) as error:
                log.warning("resync failed", extra={"reason": str(error)})
                await asyncio.sleep(min(RESYNC_RETRY_SECONDS, self._settings.resync_seconds))

    async def _resync(self, spread_seconds: float) -> None:
        """Looks at every resource there is, and at those that there were."""
        lapses, found = self._around.births.lapses, dict[Key, str]()
        for namespace in self._settings.watched_namespaces:
            async for body in self._around.cluster.list_refreshes(namespace):
                key = Key(body["metadata"]["namespace"], body["metadata"]["name"])
                self._note(key, body)
                found[key] = body["metadata"]["uid"]
        if self._settings.leader_election:
            self._around.births.begin(found, lapses)
        gone = self._around.census.keys - found.keys()
        for place, key in enumerate([*found, *gone]):
            self._around.queue.add(key, spread_seconds * place / len(found or gone))
        self._health.resynced()
        log.info("resynced", extra={"resources": len(found)})

    def _note(self, key: Key, body: Mapping[str, Any]) -> None:
        """Makes a resource known to the others before the first look at it."""
        if key in self._around.census:
            return
        try:
            resource = read_resource(body)
        except (KeyError, ValueError, TypeError):
            return  # the look at it says what is wrong
        status = resource.status
        self._around.census.record(resource, status.holds_place, status.queued_time)


def _fields(key: Key, delay_seconds: float) -> dict[str, Any]:
    return {
        "namespace": key.namespace,
        "refresh": key.name,
        "again_in_seconds": round(delay_seconds, 1),
    }
