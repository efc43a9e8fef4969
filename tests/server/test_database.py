"""Deadlines, cancellation and snapshots of the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from time import perf_counter
from typing import Any

import asyncpg
import grpc.aio
import pytest
from google.type.date_pb2 import Date
from grpc import StatusCode

from superzol.catalog.v1.catalog_pb2 import ListChainsRequest
from superzol.catalog.v1.store_pb2 import ListStoresRequest
from superzol.dataset.v1.dataset_pb2 import ListDatasetVersionsRequest
from superzol_server.calls import Call, current_call
from superzol_server.catalog.service import COUNT_STORES, LIST_STORES
from superzol_server.database import Busy, Limits, Snapshot
from superzol_server.errors import NotFound
from tests.support.catalogue import DATASET_ID, Store, Version, fill, publish
from tests.support.clients import CatalogClient, DatasetClient
from tests.support.server import reached, refusal, running_api

# pg_stat_activity would show one moment throughout a transaction.
WAITING = """
SELECT count(*) FROM pg_locks
WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
BACKEND = "SELECT 1 AS answer_generation, true AS answer_found, pg_backend_pid() AS pid"
NO_FILTERS = (None, None, None, None)


async def test_database_that_writes_dates_otherwise_is_read_the_same(
    database: str, connection: asyncpg.Connection
) -> None:
    name = await connection.fetchval("SELECT current_database()")
    for setting in ("datestyle = 'German'", "timezone = 'Asia/Jerusalem'"):
        await connection.execute(f"ALTER DATABASE {name} SET {setting}")
    await fill(connection, Store("shop:1"), Version(1, date(2026, 3, 2)))
    async with running_api(database) as running:
        request = ListDatasetVersionsRequest(dataset_id=DATASET_ID)
        answer = await DatasetClient(running.channel).ListDatasetVersions(request)
    assert [version.day for version in answer.versions] == [Date(year=2026, month=3, day=2)]


@asynccontextmanager
async def locked(connection: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    """Makes every statement that reads the table wait."""
    async with connection.transaction():
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


async def waiting_becomes(connection: asyncpg.Connection, count: int) -> None:
    async with asyncio.timeout(60):
        while await connection.fetchval(WAITING) != count:
            await asyncio.sleep(0.02)


async def test_deadline_of_a_call_ends_its_statement(
    database: str, connection: asyncpg.Connection
) -> None:
    async with running_api(database) as running, locked(connection, "chain"):
        client = CatalogClient(running.channel)
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await client.ListChains(ListChainsRequest(), timeout=0.3)
        assert failed.value.code() == StatusCode.DEADLINE_EXCEEDED
        await waiting_becomes(connection, 0)


async def test_longest_statement_ends_a_call_without_a_deadline(
    database: str, connection: asyncpg.Connection
) -> None:
    limits = Limits(connections=1, statement_seconds=1.0, connection_seconds=60.0)
    async with running_api(database, limits) as running, locked(connection, "chain"):
        said = await refusal(CatalogClient(running.channel).ListChains(ListChainsRequest()))
    assert (said.code, said.reason) == (StatusCode.DEADLINE_EXCEEDED, "TOO_SLOW")


async def test_cancelled_call_cancels_its_statement_and_frees_the_connection(
    database: str, connection: asyncpg.Connection
) -> None:
    limits = Limits(connections=1, statement_seconds=120.0, connection_seconds=60.0)
    async with running_api(database, limits) as running:
        client = CatalogClient(running.channel)
        async with locked(connection, "chain"):
            call = client.ListChains(ListChainsRequest())
            waiting = asyncio.ensure_future(call)
            await waiting_becomes(connection, 1)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await waiting_becomes(connection, 0)
        await client.ListChains(ListChainsRequest(), timeout=60)


async def test_short_deadline_does_not_cost_the_connection(
    database: str, connection: asyncpg.Connection
) -> None:
    limits = Limits(connections=1, statement_seconds=120.0, connection_seconds=60.0)
    opened = await reached(database, limits)
    before = (await opened.fetch(BACKEND)).rows
    async with locked(connection, "store"):
        for milliseconds in range(1, 20):
            current_call.set(Call("short", deadline=perf_counter() + milliseconds / 1000))
            with pytest.raises(TimeoutError):
                await opened.fetch(LIST_STORES, *NO_FILTERS, "", 10)
    current_call.set(None)
    assert (await opened.fetch(BACKEND)).rows == before
    await opened.close()


async def test_call_that_finds_no_free_connection_is_unavailable(
    database: str, connection: asyncpg.Connection
) -> None:
    limits = Limits(connections=1, statement_seconds=120.0, connection_seconds=0.2)
    async with running_api(database, limits) as running:
        client = CatalogClient(running.channel)
        async with locked(connection, "chain"):
            first = asyncio.ensure_future(client.ListChains(ListChainsRequest()))
            await waiting_becomes(connection, 1)
            said = await refusal(client.ListStores(ListStoresRequest()))
        await first
    assert (said.code, said.reason) == (StatusCode.UNAVAILABLE, "SERVER_BUSY")


async def test_connection_is_of_a_role_that_cannot_write(database: str) -> None:
    opened = await reached(database, Limits())
    insert = "INSERT INTO chain_alias VALUES ('x', 1) RETURNING 1 AS answer_generation"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await opened.fetch(insert)
    settings = "SELECT 1 AS answer_generation, true AS answer_found, current_setting('jit') AS jit"
    assert (await opened.fetch(settings)).rows == [{"jit": "off"}]
    await opened.close()


async def test_generation_comes_with_the_rows_and_without_them(
    database: str, connection: asyncpg.Connection
) -> None:
    opened = await reached(database, Limits())
    empty = await opened.fetch(LIST_STORES, *NO_FILTERS, "", 10)
    await fill(connection, Store("shop:1"))
    await publish(connection)
    found = await opened.fetch(LIST_STORES, *NO_FILTERS, "", 10)
    await opened.close()
    assert (empty.rows, empty.row, empty.generation) == ([], None, 0)
    assert (len(found.rows), found.generation, opened.generations.newest) == (1, 2, 2)


async def test_total_is_counted_in_the_snapshot_of_the_rows(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Store("shop:1"), Store("shop:2"))
    opened = await reached(database, Limits())
    totals: list[Any] = []
    for number in range(3, 13):
        asked = opened.fetch_page(LIST_STORES, NO_FILTERS, ("", 100), COUNT_STORES)
        answer, _ = await asyncio.gather(asked, fill(connection, Store(f"shop:{number}")))
        totals.append((len(answer.rows), answer.total))
    await opened.close()
    assert all(rows == total for rows, total in totals)


async def test_statements_read_together_see_the_same_data(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Store("shop:1"))
    opened = await reached(database, Limits(connections=1))
    asked = 0

    async def count_twice(snapshot: Snapshot) -> tuple[int, int]:
        nonlocal asked
        asked += 1
        before = await snapshot.fetch(LIST_STORES, *NO_FILTERS, "", 10)
        if asked == 1:
            await fill(connection, Store("shop:2"))
        after = await snapshot.fetch(LIST_STORES, *NO_FILTERS, "", 10)
        return len(before.rows), len(after.rows)

    assert await opened.read(count_twice) == (2, 2)
    assert await opened.read(count_twice) == (2, 2)
    assert asked == 3
    await opened.close()


async def test_refusal_of_what_was_published_meanwhile_is_asked_again(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Store("shop:1"))
    opened = await reached(database, Limits(connections=1))
    asked = 0

    async def refuse(snapshot: Snapshot) -> int:
        nonlocal asked
        asked += 1
        before = await snapshot.fetch(LIST_STORES, *NO_FILTERS, "", 10)
        if asked == 1:
            await fill(connection, Store("shop:2"))
        after = await snapshot.fetch(LIST_STORES, *NO_FILTERS, "", 10)
        if asked == 3 or len(before.rows) != len(after.rows):
            raise NotFound("STORE_NOT_FOUND", "no store is shop:2")
        return len(after.rows)

    assert await opened.read(refuse) == 2
    with pytest.raises(NotFound):
        await opened.read(refuse)
    assert asked == 3
    await opened.close()


async def test_closed_database_waits_no_longer_than_it_must(
    database: str, connection: asyncpg.Connection
) -> None:
    opened = await reached(database, Limits(connections=1, statement_seconds=120.0))
    async with locked(connection, "store"):
        waiting = asyncio.ensure_future(opened.fetch(LIST_STORES, *NO_FILTERS, "", 10))
        await waiting_becomes(connection, 1)
        async with asyncio.timeout(60):
            await opened.close()
        failed = (await asyncio.gather(waiting, return_exceptions=True))[0]
    assert isinstance(failed, asyncpg.PostgresError | asyncpg.InterfaceError | OSError | Busy)
