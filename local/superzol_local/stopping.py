"""Ends what is under way when a signal asks for it, and then lets it end in peace."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(Exception):
    """A signal asked for the end."""


@asynccontextmanager
async def stopped_by_signals() -> AsyncIterator[None]:
    """Turns the first signal into StoppedError; more of them do not disturb the stopping."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    asked = False

    def ask() -> None:
        nonlocal asked
        if not asked and task is not None:
            asked = True
            task.cancel()

    for ending in ENDINGS:
        # nohup has it ignored, and means it
        if ending is not signal.SIGHUP or signal.getsignal(ending) is not signal.SIG_IGN:
            loop.add_signal_handler(ending, ask)
    try:
        yield
    except asyncio.CancelledError:
        if asked and task is not None:
            task.uncancel()
            raise StoppedError from None
        raise
    except Exception as error:
        if asked:  # what was under way may end in any way
            raise StoppedError from error
        raise
