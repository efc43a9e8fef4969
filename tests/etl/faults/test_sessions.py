"""What a session of the ETL asks of PostgreSQL, and of the line to it."""

import asyncio
import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from superzol_etl.database import KEEPALIVES, connected
from superzol_schema import upgrade
from tests.support.loading import finish, snapshot, start, wait_for
from tests.support.ports import free_port
from tests.support.postgres import CREATE_DATABASE, execute, restart, running_server, sibling
from tests.support.snapshots import Chain, Item, full, refresh

WAITING = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"


@pytest.mark.parametrize(
    ("limit", "table"),
    [
        ("statement_timeout", "chain_version"),
        ("idle_session_timeout", "chain_version"),
        ("idle_in_transaction_session_timeout", "product_stat"),
    ],
)
async def test_limits_of_those_who_ask_do_not_end_a_load(
    database: str, tmp_path: Path, connection: asyncpg.Connection, limit: str, table: str
) -> None:
    """A database may have them for those who ask; a load would run into them again and again."""
    name = await connection.fetchval("SELECT current_database()")
    refresh(database, snapshot(tmp_path, 1))
    await connection.execute(f"ALTER DATABASE {name} SET {limit} = 300")
    folder = snapshot(tmp_path, 2)
    await connection.execute(f"BEGIN; LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    loading = start("refresh", "--source", str(folder), "--database", database, "--workers", "1")
    await wait_for(connection, WAITING)
    await asyncio.sleep(1)
    await connection.execute("ROLLBACK")  # of what waited, or of what lay idle meanwhile
    outcome = await asyncio.to_thread(finish, loading)
    assert (outcome.exit_code, outcome.summary.get("result")) == (0, "Loaded"), outcome.stderr


async def test_a_line_that_is_cut_without_a_word_is_noticed_from_both_ends() -> None:
    """Else a machine that is lost keeps its claim of the dataset for hours, and a run waits on."""
    port = free_port()
    with running_server() as server:
        await execute(server, CREATE_DATABASE.format(name="prices"))
        await upgrade(sibling(server, "prices"))
        data = parse_qs(urlsplit(server).query)["host"][0]
        await asyncio.to_thread(restart, server, f"-h 127.0.0.1 -p {port} -k {data}")
        async with connected(f"postgresql://postgres@127.0.0.1:{port}/prices") as connection:
            names = [f"tcp_keepalives_{name}" for name in ("idle", "interval", "count")]
            theirs = [
                int(await connection.fetchval("SELECT current_setting($1)", n)) for n in names
            ]
            transport = connection._transport  # type: ignore[attr-defined]  # it shows it nowhere else
            line = transport.get_extra_info("socket")
            options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            ours = [line.getsockopt(socket.IPPROTO_TCP, option) for option in options]
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert theirs == ours == list(KEEPALIVES.values())


async def test_a_version_that_skips_numbers_neither_waits_for_readers_nor_keeps_them_out(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    """Its partition of closed prices is not there yet, and somebody reads the others for hours."""
    chain.load([full(Item("1", "1.00"))], None, "--version", "1")
    await connection.execute("BEGIN; SELECT count(*) FROM price_span")
    other = full(Item("1", "2.00"), at="202606020600")
    outcome = await asyncio.wait_for(
        asyncio.to_thread(chain.load, [other], None, "--version", "500"), 60
    )
    assert (outcome.exit_code, outcome.summary["version"]) == (0, 500)
    assert "next partition not made" not in outcome.stderr
    assert await connection.fetchval("SELECT count(*) FROM price_span") == 1
    await connection.execute("ROLLBACK")
    places = await connection.fetch("SELECT tableoid::regclass::text, valid_to FROM price_span")
    assert [tuple(place) for place in places] == [("price_span_480", 500)]
