"""Is the operator alive: does its queue move, its resync come through, its loop turn."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

PERIOD_SECONDS = 0.5
# long enough for a probe every ten seconds to see it
REMEMBERED_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """From when on something is wrong."""

    stuck_seconds: float
    resync_seconds: float
    lag_seconds: float


class Health:
    """What the probe asks.

    oldest_seconds: for how long the oldest key of the queue has waited.
    """

    def __init__(
        self,
        limits: HealthLimits,
        oldest_seconds: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._oldest_seconds = oldest_seconds
        self._clock = clock
        self._resynced_at: float | None = None
        self._late_at: float | None = None
        self._late_seconds = 0.0

    def lead(self) -> None:
        """Begins to expect resyncs: a standby has none."""
        self._resynced_at = self._clock()

    def resynced(self) -> None:
        """Notes that every resource was listed."""
        self._resynced_at = self._clock()

    async def measure_lag(self) -> None:
        """Measures for ever how late the event loop is."""
        while True:
            due = self._clock() + PERIOD_SECONDS
            await asyncio.sleep(PERIOD_SECONDS)
            self.note_lag(self._clock() - due)

    def note_lag(self, seconds: float) -> None:
        """Notes how late the loop was."""
        if seconds > self._limits.lag_seconds:
            self._late_at, self._late_seconds = self._clock(), seconds

    def complaint(self) -> str | None:
        """Says what is wrong; None when nothing is."""
        now, limits = self._clock(), self._limits
        if (oldest := self._oldest_seconds()) > limits.stuck_seconds:
            return f"the queue is stuck: a resource has waited for {oldest:.0f} s"
        if self._resynced_at is not None and now - self._resynced_at > limits.resync_seconds:
            return f"no resync came through for {now - self._resynced_at:.0f} s"
        if self._late_at is not None and now - self._late_at < REMEMBERED_SECONDS:
            return f"the event loop was {self._late_seconds:.1f} s late"
        return None
