"""Tells a body that drips, of which a limit on silence waits for ever, from one that comes."""

from collections.abc import AsyncIterator
from time import monotonic

import httpx

from superzol_etl.environment import SourceSettings


class Pace:
    """How fast a body comes, stretch by stretch; told: what was too little."""

    def __init__(self, settings: SourceSettings, now: float) -> None:
        self.least_bytes, self.seconds = settings.pace_bytes, settings.pace_seconds
        self._began, self._came = now, 0

    @property
    def told(self) -> str:
        return f"fewer than {self.least_bytes} bytes came in {self.seconds:g} s"

    def is_slow(self, more_bytes: int, now: float) -> bool:
        """Says if a stretch ended in which too little came."""
        self._came += more_bytes
        if now - self._began < self.seconds:
            return False
        came, self._began, self._came = self._came, now, 0
        return came < self.least_bytes


class TooSlow(httpx.ReadTimeout):
    """A body drips."""


class PacedBody(httpx.AsyncByteStream):
    """A body that ends with TooSlow when it drips."""

    def __init__(self, body: httpx.AsyncByteStream, pace: Pace) -> None:
        self.body, self.pace = body, pace

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self.body:
            if self.pace.is_slow(len(piece), monotonic()):
                raise TooSlow(self.pace.told)
            yield piece

    async def aclose(self) -> None:
        await self.body.aclose()
