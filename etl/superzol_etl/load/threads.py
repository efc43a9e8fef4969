"""Work in threads while statements run."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Threads:
    """Begins work in threads and leaves none behind, however the block ends.

    When a statement fails, that is told: what the work then raises or returns is dropped.
    """

    def __init__(self) -> None:
        self._begun: set[asyncio.Task[Any]] = set()

    def begin(
        self,
        work: Callable[Arguments, Result],
        *args: Arguments.args,
        **options: Arguments.kwargs,
    ) -> asyncio.Task[Result]:
        """Calls `work` in a thread; to be awaited within the block."""
        task = asyncio.create_task(asyncio.to_thread(work, *args, **options))
        self._begun.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        """A COPY is sent in pieces: what they held would stay until the last one is sent."""
        self._begun.discard(task)
        if not task.cancelled():
            task.exception()  # asked for, as nobody else may

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.gather(*self._begun, return_exceptions=True)
