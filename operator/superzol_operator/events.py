"""Events about resources: one object for each thing said, counted up when it is said again."""

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from superzol_operator.cluster import ApiFailure, Cluster, Unreachable
from superzol_operator.decide.contract import Emit
from superzol_operator.keys import Key
from superzol_operator.resource import API_VERSION, KIND, Resource
from superzol_operator.times import format_time

log = logging.getLogger(__name__)

COMPONENT = "superzol-operator"
MESSAGE_BYTES = 1024
REMEMBERED = 4096
# Two for each of 2,000 resources that come at once; one takes a kilobyte.
WAITING = 4096
# An event waits for the Jobs of a burst, but not until nobody knows any more what it was about.
PATIENCE_SECONDS = 10.0
BUSY_LOOK_SECONDS = 0.1
# as client-go: a burst, then one in five minutes for each object
BURST = 25.0
SECONDS_PER_EVENT = 300.0


@dataclass(frozen=True, slots=True)
class Said:
    """An event that is to be posted, or was."""

    key: Key
    uid: str
    emit: Emit
    at: datetime

    @property
    def name(self) -> str:
        """The same for the same words about the same object."""
        words = "\n".join((self.uid, self.emit.type, self.emit.reason, self.emit.message))
        return f"{self.key.name}.{hashlib.sha256(words.encode()).hexdigest()[:16]}"


class Recorder:
    """Posts events in the background: no run waits for one, and none is worth a failure.

    is_busy: tells whether there is something to do that events should wait for.
    """

    def __init__(
        self,
        cluster: Cluster,
        clock: Callable[[], float] = time.monotonic,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._cluster = cluster
        self._clock = clock
        self._is_busy = is_busy
        self._queue: asyncio.Queue[tuple[Said, float]] = asyncio.Queue(WAITING)
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def emit(self, resource: Resource, emit: Emit, at: datetime) -> None:
        """Says it; drops it when too much is said about one object, or altogether."""
        if self._may_say(resource.uid) and not self._queue.full():
            said = Said(Key(resource.namespace, resource.name), resource.uid, emit, at)
            self._queue.put_nowait((said, self._clock() + PATIENCE_SECONDS))
        else:
            log.info("event dropped", extra={"refresh": resource.name, "reason": emit.reason})

    async def run(self) -> None:
        """Posts what is said, for ever."""
        while True:
            said, latest = await self._queue.get()
            while self._is_busy() and self._clock() < latest:
                await asyncio.sleep(BUSY_LOOK_SECONDS)
            try:
                await self.post(said)
            except (ApiFailure, Unreachable) as error:
                log.info("event not posted", extra={"event_name": said.name, "reason": str(error)})

    @property
    def waiting(self) -> int:
        """How many are said and not yet posted."""
        return self._queue.qsize()

    async def post(self, said: Said) -> None:
        """Creates the event, or counts it up. Raises ApiFailure or Unreachable."""
        namespace = said.key.namespace
        count = self._counts.get(said.name)
        if count is None:
            try:
                await self._cluster.create_event(namespace, _event(said))
                return self._remember(said.name, 1)
            except ApiFailure as failure:
                if failure.status != 409:
                    raise
            # of an earlier process: the answer to an empty patch tells its count
            count = (await self._cluster.patch_event(namespace, said.name, {})).get("count", 1)
        patch = {"count": count + 1, "lastTimestamp": format_time(said.at)}
        try:
            await self._cluster.patch_event(namespace, said.name, patch)
        except ApiFailure as failure:
            if failure.status != 404:
                raise
            await self._cluster.create_event(namespace, _event(said))
            count = 0
        self._remember(said.name, count + 1)

    def _remember(self, name: str, count: int) -> None:
        self._counts[name] = count
        self._counts.move_to_end(name)
        if len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)

    def _may_say(self, uid: str) -> bool:
        now = self._clock()
        left, since = self._buckets.get(uid, (BURST, now))
        left = min(BURST, left + (now - since) / SECONDS_PER_EVENT)
        allowed = left >= 1
        self._buckets[uid] = (left - 1 if allowed else left, now)
        self._buckets.move_to_end(uid)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return allowed


def _event(said: Said) -> dict[str, Any]:
    key, emit, at = said.key, said.emit, format_time(said.at)
    message = emit.message.encode()[:MESSAGE_BYTES].decode(errors="ignore")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": said.name, "namespace": key.namespace},
        "involvedObject": {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "namespace": key.namespace,
            "name": key.name,
            "uid": said.uid,
        },
        "type": emit.type,
        "reason": emit.reason,
        "message": message,
        "count": 1,
        "firstTimestamp": at,
        "lastTimestamp": at,
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
        "reportingInstance": COMPONENT,
    }
