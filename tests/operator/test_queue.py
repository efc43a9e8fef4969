"""The queue: each key once, one worker each, at its time."""

import asyncio

import pytest

from superzol_operator.keys import Key
from superzol_operator.queue import MAX_BACKOFF_SECONDS, WorkQueue

ONE, TWO = Key("shop", "one"), Key("shop", "two")


class Clock:
    """Time that goes on only when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> WorkQueue:
    return WorkQueue(backoff_seconds=1.0, clock=clock)


async def test_key_that_is_added_twice_is_taken_once(queue: WorkQueue) -> None:
    queue.add(ONE)
    queue.add(ONE)
    queue.add(TWO)

    assert [await queue.take(), await queue.take()] == [ONE, TWO]
    assert queue.depth == 0


async def test_key_that_a_worker_has_comes_again_when_that_worker_is_done(
    queue: WorkQueue,
) -> None:
    queue.add(ONE)
    await queue.take()
    queue.add(ONE)
    assert queue.depth == 0

    queue.done(ONE)

    assert await queue.take() == ONE


async def test_key_with_a_delay_waits_for_its_time(queue: WorkQueue, clock: Clock) -> None:
    queue.add(ONE, delay_seconds=60)
    assert queue.depth == 0

    clock.seconds += 60

    assert queue.depth == 1


async def test_earliest_of_several_delays_counts(queue: WorkQueue, clock: Clock) -> None:
    queue.add(ONE, delay_seconds=60)
    queue.add(ONE, delay_seconds=10)
    queue.add(ONE, delay_seconds=30)
    clock.seconds += 10
    assert await queue.take() == ONE
    queue.done(ONE)

    clock.seconds += 100

    assert queue.depth == 0


async def test_key_added_now_needs_no_later_look_for_its_delay(
    queue: WorkQueue, clock: Clock
) -> None:
    queue.add(ONE, delay_seconds=60)
    queue.add(ONE)
    await queue.take()
    queue.done(ONE)

    clock.seconds += 100

    assert queue.depth == 0


async def test_failures_wait_twice_as_long_each_time_up_to_a_minute(
    queue: WorkQueue, clock: Clock
) -> None:
    delays = []
    for _ in range(9):
        queue.add(ONE)
        clock.seconds += MAX_BACKOFF_SECONDS * 2
        await queue.take()
        delays.append(queue.failed(ONE))

    assert delays[:4] == pytest.approx([1, 2, 4, 8], rel=0.1)
    assert delays[-1] == pytest.approx(MAX_BACKOFF_SECONDS, rel=0.1)


async def test_success_begins_the_backoff_anew(queue: WorkQueue, clock: Clock) -> None:
    for _ in range(5):
        queue.add(ONE)
        clock.seconds += MAX_BACKOFF_SECONDS * 2
        await queue.take()
        queue.failed(ONE)
    clock.seconds += MAX_BACKOFF_SECONDS * 2
    await queue.take()
    queue.done(ONE)
    queue.add(ONE)
    await queue.take()

    assert queue.failed(ONE) == pytest.approx(1, rel=0.1)


async def test_wait_that_the_server_asks_for_is_kept(queue: WorkQueue, clock: Clock) -> None:
    queue.add(ONE)
    await queue.take()
    queue.add(ONE)  # an event of the meantime
    assert queue.failed(ONE, again_in_seconds=30) == 30
    assert queue.depth == 0

    clock.seconds += 29

    assert queue.depth == 0


async def test_news_cuts_no_wait_short_that_the_server_asks_for(
    queue: WorkQueue, clock: Clock
) -> None:
    queue.add(ONE)
    queue.failed(await queue.take(), again_in_seconds=5.0)

    queue.add(ONE)
    clock.seconds += 4.9
    assert queue.depth == 0
    clock.seconds += 0.2
    assert queue.depth == 1

    queue.done(await queue.take())
    queue.add(ONE)
    assert queue.depth == 1


async def test_waiting_worker_wakes_for_a_key(queue: WorkQueue) -> None:
    waiting = asyncio.create_task(queue.take())
    await asyncio.sleep(0)

    queue.add(ONE)

    assert await waiting == ONE


async def test_waiting_worker_wakes_when_a_delay_is_over() -> None:
    queue = WorkQueue()
    waiting = asyncio.create_task(queue.take())
    await asyncio.sleep(0)

    queue.add(ONE, delay_seconds=0.01)

    assert await asyncio.wait_for(waiting, 5) == ONE


async def test_oldest_counts_keys_that_wait_and_keys_that_a_worker_has(
    queue: WorkQueue, clock: Clock
) -> None:
    assert queue.oldest_seconds == 0
    queue.add(ONE)
    clock.seconds += 5
    assert queue.oldest_seconds == 5
    await queue.take()
    clock.seconds += 7
    queue.add(TWO)

    assert queue.oldest_seconds == 7


async def test_key_that_is_gone_has_no_time_left(queue: WorkQueue, clock: Clock) -> None:
    queue.add(ONE)
    await queue.take()
    queue.add(ONE, delay_seconds=60)
    queue.forget(ONE)
    queue.done(ONE)

    clock.seconds += 100

    assert queue.depth == 0
