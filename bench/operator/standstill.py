"""Measures again what a machine that stood still has spoilt, as a virtual one does when paused."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.cluster.api import Refused

Measured = TypeVar("Measured")
LOOK_SECONDS = 0.1
# Pauses of 45 s were seen; a loop that is merely busy is late by less.
STANDSTILL_SECONDS = 5.0
TRIES = 5


async def undisturbed(measure: Callable[[], Awaitable[Measured]]) -> Measured:
    """Measures until the machine went on all the while, at most so often."""
    for _ in range(TRIES):
        watching = asyncio.create_task(_until_standstill())
        try:
            measured = await measure()
            if not watching.done():
                return measured
        except (AssertionError, TimeoutError, Refused):
            if not watching.done():
                raise
        finally:
            watching.cancel()
    raise RuntimeError(f"the machine stood still in each of {TRIES} tries")


async def _until_standstill() -> None:
    late = 0.0
    while late < STANDSTILL_SECONDS:
        due = time.monotonic() + LOOK_SECONDS
        await asyncio.sleep(LOOK_SECONDS)
        late = time.monotonic() - due
