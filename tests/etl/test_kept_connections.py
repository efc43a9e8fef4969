"""Connections that a worker keeps from chain to chain."""

import asyncio

import asyncpg
import pytest

from superzol_etl.database import TURNS_TO_HEAR, Connection, Connections
from tests.support.loading import LOADERS, wait_for


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
        gone = f"SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = {ended}"
        await wait_for(connection, gone)
        assert await take(kept) != ended


def test_one_that_the_server_ended_while_the_loop_stood_still_is_not_given_to_the_next_chain(
    database: str,
) -> None:
    with asyncio.Runner() as runner:
        kept = Connections(database)
        ended = runner.run(take(kept))
        asyncio.run(end(database, ended))
        assert runner.run(take(kept)) != ended
        runner.run(kept.__aexit__())


async def end(database: str, number: int) -> None:
    """Ends a process of the server, and returns when it is gone."""
    connection = await asyncpg.connect(database)
    await connection.execute("SELECT pg_terminate_backend($1)", number)
    gone = f"SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = {number}"
    await wait_for(connection, gone)
    await connection.close()
