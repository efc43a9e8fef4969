"""Waiting for what will be true soon, on a machine that may be busy."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Seen = TypeVar("Seen")
PATIENCE_SECONDS = 120.0


async def until(
    look: Callable[[], Awaitable[Seen]],
    is_so: Callable[[Seen], object] = bool,
    timeout_seconds: float = PATIENCE_SECONDS,
) -> Seen:
    """Looks again and again until what is seen is so, and returns it."""
    deadline = time.monotonic() + timeout_seconds
    while not is_so(seen := await look()):
        assert time.monotonic() < deadline, f"{timeout_seconds} s later it is still {seen}"
        await asyncio.sleep(0.05)
    return seen
