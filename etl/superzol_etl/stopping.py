"""Ends a run cleanly when it is told to stop: SIGTERM of Kubernetes, Ctrl-C of a person."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from superzol_etl.errors import PassingTrouble

SIGNALS = (signal.SIGTERM, signal.SIGINT)
STOPPED = "stopped before it was done: run the same command again, what is done stays done"

Result = TypeVar("Result")


class Stopped(PassingTrouble):
    """The process was told to end."""

    reason = "Stopped"

    def __init__(self, message: str = STOPPED) -> None:
        super().__init__(message)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Makes the signals raise Stopped where no event loop runs; only for the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    before = [signal.signal(number, stop) for number in SIGNALS]
    try:
        yield
    finally:
        for number, handler in zip(SIGNALS, before, strict=True):
            signal.signal(number, handler)


def run_until_stopped(
    work: Coroutine[Any, Any, Result], runner: asyncio.Runner | None = None
) -> Result:
    """asyncio.run, but the first signal cancels the work, which ends as soon as it can.

    What runs in a thread ends by itself: it must look now and then whether it is still wanted.
    runner: whose loop is used, and goes on afterwards.
    """

    async def main() -> Result:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()

        def stop() -> None:
            # A second signal must not interrupt how the first one ends the work.
            for number in SIGNALS:
                loop.add_signal_handler(number, lambda: None)
            task.cancel()

        for number in SIGNALS:
            loop.add_signal_handler(number, stop)
        try:
            return await task
        except asyncio.CancelledError:
            raise Stopped from None

    return runner.run(main()) if runner else asyncio.run(main())
