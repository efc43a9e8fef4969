"""Which resource to look at next: each once, one worker each, at its time, the oldest first."""

import asyncio
import heapq
import random
import time
from collections.abc import Callable
from contextlib import suppress

from superzol_operator.keys import Key

MAX_BACKOFF_SECONDS = 60.0
JITTER = 0.1


class WorkQueue:
    """Keys that wait for a worker, or for a time.

    A key that is added while a worker has it comes again when that worker is done with it.
    """

    def __init__(
        self, backoff_seconds: float = 0.5, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._backoff_seconds = backoff_seconds
        self._clock = clock
        self._ready: dict[Key, float] = {}
        self._due: dict[Key, float] = {}
        self._heap: list[tuple[float, Key]] = []
        self._running: dict[Key, float] = {}
        self._again: set[Key] = set()
        self._failures: dict[Key, int] = {}
        self._not_before: dict[Key, float] = {}
        self._changed = asyncio.Event()

    def add(self, key: Key, delay_seconds: float = 0.0) -> None:
        """Asks for a look at the resource; of several times the earliest counts.

        None is earlier than the API server asked for.
        """
        if key in self._ready:
            return
        now = self._clock()
        due = max(now + delay_seconds, self._not_before.get(key, now))
        if due > now:
            self._add_later(key, due)
        elif key in self._running:
            self._again.add(key)
        else:
            self._due.pop(key, None)
            self._ready[key] = self._clock()
        self._changed.set()

    async def take(self) -> Key:
        """Waits for the key that has been ready for longest; done() or failed() must follow."""
        while True:
            self._ripen()
            if self._ready:
                key = next(iter(self._ready))
                del self._ready[key]
                self._due.pop(key, None)
                self._not_before.pop(key, None)
                self._running[key] = self._clock()
                return key
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_next()):
                    await self._changed.wait()

    def done(self, key: Key, again_in_seconds: float | None = None) -> None:
        """Ends a look that went well."""
        self._failures.pop(key, None)
        self._release(key)
        if again_in_seconds is not None:
            self.add(key, again_in_seconds)

    def failed(self, key: Key, again_in_seconds: float | None = None) -> float:
        """Ends a look that went wrong and returns in how many seconds the next one is.

        again_in_seconds: what the API server asked for; None: twice as long each time, ± 10 %.
        """
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        backoff = min(MAX_BACKOFF_SECONDS, self._backoff_seconds * 2.0 ** min(failures - 1, 16))
        backoff *= random.uniform(1 - JITTER, 1 + JITTER)
        delay = max(backoff, again_in_seconds or 0.0)
        # what comes meanwhile must not cut the wait short: it would be a storm
        self._again.discard(key)
        if again_in_seconds is not None:
            self._not_before[key] = self._clock() + again_in_seconds
        self._release(key)
        self.add(key, delay)
        return delay

    def forget(self, key: Key) -> None:
        """Drops the times and failures of a resource that is gone."""
        self._due.pop(key, None)
        self._failures.pop(key, None)
        self._not_before.pop(key, None)

    @property
    def depth(self) -> int:
        """How many keys wait for a worker."""
        self._ripen()
        return len(self._ready)

    @property
    def oldest_seconds(self) -> float:
        """For how long the oldest key has waited for a worker, or for the end of its look."""
        self._ripen()
        since = min((*self._ready.values(), *self._running.values()), default=None)
        return 0.0 if since is None else self._clock() - since

    def _release(self, key: Key) -> None:
        del self._running[key]
        if key in self._again:
            self._again.discard(key)
            self.add(key)

    def _add_later(self, key: Key, due: float) -> None:
        if key not in self._due or due < self._due[key]:
            self._due[key] = due
            heapq.heappush(self._heap, (due, key))

    def _ripen(self) -> None:
        now = self._clock()
        while self._heap and self._heap[0][0] <= now:
            due, key = heapq.heappop(self._heap)
            if self._due.get(key) == due:
                del self._due[key]
                self.add(key)

    def _seconds_to_next(self) -> float | None:
        return max(0.0, self._heap[0][0] - self._clock()) if self._heap else None
