"""Connections that a worker keeps from chain to chain."""

import asyncio
import select

import asyncpg
import pytest

from superzol_etl.database import TURNS_TO_HEAR, Connection, Connections
from superzol_etl.errors import PassingTrouble
from superzol_etl.failures import explain
from tests.support.loading import LOADERS, wait_for
from tests.support.postgres import tell_to_end

HANGING_UP_SECONDS = 60


async def number(connection: Connection) -> int:
    """Of the process that serves it."""
    return int(await connection.fetchval("SELECT pg_backend_pid()"))


async def take(kept: Connections) -> int:
    """Takes one and gives it back."""
    async with kept.taken() as connection:
        return await number(connection)


async def test_what_was_given_back_is_taken_again_also_when_another_connected_meanwhile(
    database: str, connection: asyncpg.Connection
) -> None:
    async with Connections(database) as kept:
        async with kept.taken() as first:
            known = {await number(first)}
            taking = asyncio.create_task(take(kept))
            for _ in range(TURNS_TO_HEAR + 1):
                await asyncio.sleep(0)
            # It connects now, and the first is given back before it has.
        known.add(await taking)
        async with kept.taken() as one, kept.taken() as other:
            assert {await number(one), await number(other)} == known
    await wait_for(connection, LOADERS)


async def test_one_that_failed_is_not_given_to_the_next_chain(database: str) -> None:
    async with Connections(database) as kept:
        failed = 0
        with pytest.raises(asyncpg.UndefinedTableError):
            async with kept.taken() as connection:
                failed = await number(connection)
                await connection.execute("SELECT FROM no_such_table")
        assert await take(kept) != failed


async def test_one_that_the_server_ended_is_not_given_to_the_next_chain(
    database: str, connection: asyncpg.Connection
) -> None:
    async with Connections(database) as kept:
        async with kept.taken() as idle:
            ended = await number(idle)
        await connection.execute("SELECT pg_terminate_backend($1)", ended)
        async with asyncio.timeout(HANGING_UP_SECONDS):
            while not idle.is_closed():
                await asyncio.sleep(0.01)
        assert await take(kept) != ended


def test_one_that_the_server_ended_while_the_loop_stood_still_is_not_given_to_the_next_chain(
    database: str,
) -> None:
    with asyncio.Runner() as runner:
        kept = Connections(database)
        ended, idle = runner.run(borrow(kept))
        asyncio.run(end(database, ended))
        wait_for_hanging_up(idle)
        assert runner.run(take(kept)) != ended
        runner.run(kept.__aexit__())


async def borrow(kept: Connections) -> tuple[int, Connection]:
    """Takes one and gives it back, and tells which it was."""
    async with kept.taken() as connection:
        return await number(connection), connection


async def end(database: str, number: int) -> None:
    """Tells a process of the server to end."""
    connection = await asyncpg.connect(database)
    await connection.execute("SELECT pg_terminate_backend($1)", number)
    await connection.close()


def wait_for_hanging_up(connection: Connection) -> None:
    """Returns when the other end of the line is closed, which PostgreSQL lists no more before."""
    transport = connection._transport  # type: ignore[attr-defined]  # it shows it nowhere else
    line = select.poll()
    line.register(transport.get_extra_info("socket"), getattr(select, "POLLRDHUP", 0))
    assert line.poll(HANGING_UP_SECONDS * 1000), "the server never hung up"


async def test_one_that_was_told_to_end_and_is_not_hung_up_yet_is_passing_trouble(
    database: str,
) -> None:
    """The server takes a moment from its last words to the end of the line."""
    async with Connections(database) as kept:
        async with kept.taken() as idle:
            pass
        tell_to_end(idle)
        with pytest.raises((asyncpg.InternalClientError, asyncpg.PostgresError)) as failed:
            await take(kept)
    told = explain(failed.value)
    assert isinstance(told, PassingTrouble)
    assert "the database went away" in str(told)
