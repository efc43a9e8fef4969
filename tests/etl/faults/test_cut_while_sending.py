"""A connection that ends while more is sent than its server takes in: the load must hear of it."""

import asyncio

import asyncpg
import numpy as np
import pytest

from superzol_etl.database import Connection, connected
from superzol_etl.errors import PassingTrouble
from superzol_etl.failures import explain
from superzol_etl.load.encode import Integers
from superzol_etl.load.packs import copy_columns
from tests.support.loading import PATIENCE_SECONDS, WAITING, wait_for

ROWS = 1_000_000  # 10 MB, more than the system and the driver keep for a server that reads nothing
HIGH_WATER_BYTES = 64 << 10  # from here on asyncio tells the driver to wait


async def send(connection: Connection) -> None:
    numbers = Integers(np.arange(ROWS, dtype=np.int32))
    await copy_columns(connection, "number", {"number": numbers})


async def be_full(connection: Connection) -> None:
    """Returns when the driver waits to send more."""
    transport = connection._transport  # type: ignore[attr-defined]  # it shows it nowhere else
    while transport.get_write_buffer_size() <= HIGH_WATER_BYTES:
        await asyncio.sleep(0.01)


async def test_a_copy_that_cannot_send_more_ends_with_its_connection(
    database: str, connection: asyncpg.Connection
) -> None:
    """As when PostgreSQL falls in the middle of a large chain: passing trouble, and no hang."""
    await connection.execute("CREATE TABLE number (number int4)")
    await connection.execute("GRANT ALL ON number TO superzol_loader")
    async with connection.transaction(), asyncio.timeout(PATIENCE_SECONDS):
        await connection.execute("LOCK TABLE number IN SHARE ROW EXCLUSIVE MODE")
        with pytest.raises(asyncpg.PostgresConnectionError) as failed:
            async with connected(database) as opened:
                sending = asyncio.create_task(send(opened))
                await wait_for(connection, WAITING)
                await be_full(opened)
                session = opened.get_server_pid()
                await connection.execute("SELECT pg_terminate_backend($1)", session)
                await sending
    assert isinstance(explain(failed.value), PassingTrouble)


async def test_a_transaction_whose_connection_was_ended_tells_what_ended_it(
    database: str, connection: asyncpg.Connection
) -> None:
    """The driver itself says that it cannot call Transaction.__aexit__()."""
    with pytest.raises(asyncpg.InterfaceError) as failed:
        async with connected(database) as opened, opened.transaction():
            session = opened.get_server_pid()
            sleeping = asyncio.create_task(opened.execute("SELECT pg_sleep(60)"))
            await wait_for(
                connection,
                f"SELECT 1 FROM pg_stat_activity WHERE pid = {session} AND wait_event = 'PgSleep'",
            )
            await connection.execute("SELECT pg_terminate_backend($1)", session)
            await sleeping
    told = explain(failed.value)
    assert isinstance(told, PassingTrouble)
    assert "terminating connection due to administrator command" in str(told)
