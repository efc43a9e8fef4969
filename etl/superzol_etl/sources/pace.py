"""Tells a body that drips, of which a limit on silence waits for ever, from one that comes."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

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


class PacedClient(httpx.AsyncClient):
    """A client that gives up on answers that do not begin in a stretch, and on bodies that drip."""

    def __init__(self, settings: SourceSettings, **options: Any) -> None:
        super().__init__(**options)
        self.settings = settings

    async def send(
        self, request: httpx.Request, *, stream: bool = False, **options: Any
    ) -> httpx.Response:
        """As its base does."""
        seconds = self.settings.pace_seconds
        try:
            async with asyncio.timeout(seconds):
                response = await super().send(request, stream=True, **options)
        except TimeoutError:
            raise TooSlow(f"no answer began in {seconds:g} s") from None
        assert isinstance(response.stream, httpx.AsyncByteStream)  # of an asynchronous client
        response.stream = PacedBody(response.stream, Pace(self.settings, monotonic()))
        if not stream:
            try:
                await response.aread()
            finally:
                await response.aclose()
        return response


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
