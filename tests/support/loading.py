"""Starts the commands of the ETL, stops them at a chosen moment, and loads a small nation."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg

from superzol_etl.load.chain import CHAIN_LOCK
from tests.support.snapshots import Item, Outcome, Xml, prices_csv, write_snapshot

CHAINS = ("alpha", "beta", "gamma")
PATIENCE_SECONDS = 240  # more than a load on a machine that does much else
EMPTY_ALL = """
DO $$ BEGIN
    EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(oid::regclass::text, ', ') || ' RESTART IDENTITY CASCADE'
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
          AND relkind IN ('r', 'p')
          AND relname <> 'alembic_version'
    );
END $$
"""
LOADERS = (
    "SELECT count(*) = 0 FROM pg_stat_activity"
    " WHERE application_name = 'superzol-etl' AND datname = current_database()"
)

WAITING = (
    "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def snapshot(folder: Path, day: int, chains: tuple[str, ...] = CHAINS) -> Path:
    """Three chains of different sizes; a tenth of the prices moves with the day."""
    files = {}
    for place, chain in enumerate(chains):
        xmls = [
            Xml(
                str(store),
                f"2026060{day}0600",
                [
                    Item(str(code), f"{code + (day if code % 10 == 0 else 0)}.90", f"מוצר {code}")
                    for code in range(1, 400 - 100 * place)
                ],
            )
            for store in (1, 2, 3)
        ]
        files[f"price_full_file_{chain}.csv"] = prices_csv("PriceFull", xmls)
    return write_snapshot(folder / f"day{day}", files)


def start(command: str, *options: str) -> subprocess.Popen[str]:
    """Starts a command of superzol-etl."""
    return subprocess.Popen(
        [sys.executable, "-m", "superzol_etl", command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Outcome:
    """Waits for a command."""
    stdout, stderr = process.communicate(timeout=PATIENCE_SECONDS)
    return Outcome.of(process.returncode, stdout, stderr)


def run(command: str, *options: str) -> Outcome:
    """Runs a command of superzol-etl to its end."""
    return finish(start(command, *options))


async def wait_for(connection: asyncpg.Connection, query: str) -> None:
    """Returns when a query says true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await connection.fetchval(query):
        assert time.monotonic() < deadline, f"never came true: {query}"
        await asyncio.sleep(0.02)


async def hold(connection: asyncpg.Connection, kind: int, key: int) -> str:
    """Takes an advisory lock; returns the query that says someone waits for it."""
    await connection.execute("SELECT pg_advisory_lock($1, $2)", kind, key)
    return (
        "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
        f" AND classid = {kind} AND objid = {key}"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )


async def end_at_commit_of(
    chain_id: str, connection: asyncpg.Connection, load: list[str], ending: signal.Signals
) -> Outcome:
    """Starts a refresh and ends it when it waits for this chain's lock, just before it writes.

    load: its options. Returns when no process of it is connected any more.
    """
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = $1", chain_id)
    waiting = await hold(connection, CHAIN_LOCK, key)
    process = start("refresh", *load)
    await wait_for(connection, waiting)
    process.send_signal(ending)
    outcome = await asyncio.to_thread(finish, process)
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    await wait_for(connection, LOADERS)
    return outcome


async def kill_where_it_waits(
    connection: asyncpg.Connection, kind: int, key: int, *command: str
) -> None:
    """Starts a command and kills it when it waits for an advisory lock."""
    waiting = await hold(connection, kind, key)
    process = start(*command)
    try:
        await wait_for(connection, waiting)
    finally:
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(finish, process)
        await connection.execute("SELECT pg_advisory_unlock($1, $2)", kind, key)
    await wait_for(connection, LOADERS)


async def kill_where_it_writes(table: str, connection: asyncpg.Connection, *command: str) -> None:
    """Starts a command and kills it when it waits to write a table."""
    await connection.execute("BEGIN")
    await connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    process = start(*command)
    try:
        await wait_for(connection, WAITING)
    finally:
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(finish, process)
        await connection.execute("ROLLBACK")
    await wait_for(connection, LOADERS)
