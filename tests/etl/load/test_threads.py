"""Work in threads ends with the block that began it."""

import asyncio
import threading
import weakref

import pytest

from superzol_etl.load.threads import Threads


async def test_a_block_that_fails_waits_for_its_threads_and_tells_its_own_failure() -> None:
    may_end, ended = threading.Event(), threading.Event()
    asyncio.get_running_loop().call_later(0.05, may_end.set)

    def work() -> None:
        may_end.wait()
        ended.set()
        raise ValueError("of the thread")

    with pytest.raises(LookupError, match="of the block"):
        async with Threads() as threads:
            threads.begin(work)
            raise LookupError("of the block")
    assert ended.is_set()


async def test_a_block_cancelled_while_it_awaits_its_work_waits_for_it() -> None:
    began, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        may_end.wait()
        ended.set()

    async def block() -> None:
        async with Threads() as threads:
            await threads.begin(work)

    task = asyncio.create_task(block())
    await asyncio.to_thread(began.wait)
    task.cancel()
    asyncio.get_running_loop().call_later(0.05, may_end.set)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_what_the_work_returns_or_raises_comes_where_it_is_awaited() -> None:
    async with Threads() as threads:
        assert await threads.begin(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await threads.begin(divmod, 7, 0)


async def test_what_the_work_returned_is_not_kept_until_the_block_ends() -> None:
    async with Threads() as threads:
        returned: list[weakref.ref[set[str]]] = [
            weakref.ref(await threads.begin(set)) for _ in range(50)
        ]
        kept = [each for each in returned if each() is not None]
    assert len(kept) < 25  # a thread that has just ended may hold its last one
