"""Ends a run cleanly when it is told to stop: SIGTERM of Kubernetes, Ctrl-C of a person."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from superzol_etl.errors import PassingTrouble

SIGNALS = (signal.SIGTERM, signal.SIGINT)
LOOK_SECONDS = 0.1
STOP_SECONDS = 15.0  # Kubernetes kills after 30; the end is told, and metrics pushed, in between
STOPPED = "stopped before it was done: run the same command again, what is done stays done"

Result = TypeVar("Result")


class Stopped(PassingTrouble):
    """The process was told to end."""

    reason = "Stopped"

    def __init__(self, message: str = STOPPED) -> None:
        super().__init__(message)


class Abandoned(Stopped):
    """The process was told to end, and a part of it waits for what does not answer.

    Such as a database that is frozen. Only the end of the process ends that part too.
    """


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
    Raises Stopped; and Abandoned when the work, or a thread of it, has not ended by STOP_SECONDS.
    """
    used, before = runner or asyncio.Runner(), [signal.getsignal(number) for number in SIGNALS]
    patience = _Patience(used.get_loop())
    try:
        try:
            return used.run(_cancel_at_signals(work, patience))
        finally:
            if runner is None and not patience.is_over:  # else it would wait for what is given up
                used.close()
    except RuntimeError:
        if patience.is_over:
            raise Abandoned from None
        raise
    finally:
        patience.end()
        # The loop leaves none behind, and what follows it is told to stop too.
        for number, handler in zip(SIGNALS, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def threads_while_wanted(
    count: int | None = None, check_wanted: Callable[[], None] = lambda: None
) -> Iterator[tuple[ThreadPoolExecutor, Callable[[], None]]]:
    """Threads, and what they call now and then: it raises Stopped once the block has failed.

    A block that fails waits for none of them, as a disk may hang: Stopped becomes Abandoned.
    check_wanted: what the caller itself is to call now and then.
    """
    pool, is_over = ThreadPoolExecutor(count), threading.Event()

    def check() -> None:
        check_wanted()
        if is_over.is_set():
            raise Stopped

    try:
        yield pool, check
        pool.shutdown()
    except BaseException as error:
        is_over.set()
        pool.shutdown(wait=False, cancel_futures=True)
        if isinstance(error, Stopped):
            raise Abandoned from None
        raise


def wait_for(*futures: Future[Any]) -> None:
    """Returns when all are done, and hears signals meanwhile; for the main thread without a loop.

    One that comes just before the wait begins does not end it, so it looks up now and then.
    """
    while wait(futures, LOOK_SECONDS).not_done:
        pass


class _Patience:
    """Stops a loop in which something has not ended in time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop, self.is_over = loop, False
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """From now on it has STOP_SECONDS."""
        self._timer = self.loop.call_later(STOP_SECONDS, self._give_up)

    def end(self) -> None:
        """It has ended, or was given up."""
        if self._timer:
            self._timer.cancel()

    def _give_up(self) -> None:
        self.is_over = True
        self.loop.stop()


async def _cancel_at_signals(work: Coroutine[Any, Any, Result], patience: _Patience) -> Result:
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()

    def stop() -> None:
        # A second signal must not interrupt how the first one ends the work.
        for number in SIGNALS:
            loop.add_signal_handler(number, lambda: None)
        task.cancel()
        patience.begin()

    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        raise Stopped from None
