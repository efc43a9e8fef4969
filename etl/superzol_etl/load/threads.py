"""Work in threads while statements run."""

import asyncio
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Threads:
    """Begins work in threads and leaves none behind, however the block ends.

    When a statement fails, that is told: what the work then raises or returns is dropped.
    """

    def __init__(self) -> None:
        self._begun: set[asyncio.Future[Any]] = set()

    def begin(
        self,
        work: Callable[Arguments, Result],
        *args: Arguments.args,
        **options: Arguments.kwargs,
    ) -> asyncio.Future[Result]:
        """Calls `work` in a thread, at once; to be awaited within the block."""
        call = partial(work, *args, **options)
        future = asyncio.get_running_loop().run_in_executor(None, call)
        self._begun.add(future)
        # Who is cancelled while it awaits gives up the waiting, not the work.
        awaited = asyncio.shield(future)
        for each in (future, awaited):
            each.add_done_callback(self._forget)
        return awaited

    def _forget(self, future: asyncio.Future[Any]) -> None:
        """A COPY is sent in pieces: what they held would stay until the last one is sent."""
        self._begun.discard(future)
        if not future.cancelled():
            future.exception()  # asked for, as nobody else may

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.gather(*self._begun, return_exceptions=True)
