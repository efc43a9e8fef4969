"""What a run says of a database that is not what it needs, and of one that fails half-way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg

from superzol_etl.load.chain import CHAIN_LOCK
from superzol_etl.stages.runs import CLAIM_LOCK
from superzol_schema import upgrade
from tests.support.loading import finish, hold, run, snapshot, start, wait_for
from tests.support.offers import offers
from tests.support.postgres import CREATE_DATABASE, execute, restart, running_server, sibling
from tests.support.snapshots import refresh

WAITING_FOR = (
    "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
)


@asynccontextmanager
async def locked(database: str, table: str, mode: str) -> AsyncIterator[asyncpg.Connection]:
    """Holds a table until the block ends."""
    holder = await asyncpg.connect(database)
    await holder.execute(f"BEGIN; LOCK TABLE {table} IN {mode} MODE")
    try:
        yield holder
    finally:
        await holder.close()


async def test_a_publish_whose_tidying_fails_ends_its_merge_too_and_is_noted_as_failed(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    common = ["--database", database, "--version", "1", "--run-id", "one"]
    assert run("load", "--source", str(folder), *common).exit_code == 0
    async with (
        locked(database, "promotion", "SHARE UPDATE EXCLUSIVE"),
        locked(database, "product_stat", "SHARE ROW EXCLUSIVE"),
    ):
        publishing = start("publish", *common)
        await wait_for(connection, WAITING_FOR.format(table="promotion"))
        await wait_for(connection, WAITING_FOR.format(table="product_stat"))
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE NOT granted AND relation = 'promotion'::regclass"
        )
        outcome = await asyncio.to_thread(finish, publishing)
    assert (outcome.exit_code, outcome.summary["reason"]) == (75, "TemporaryFailure")
    assert "the database went away" in outcome.stderr
    stage = "SELECT state, error FROM etl_stage WHERE stage = 'publish'"
    state, error = await connection.fetchrow(stage) or ("", "")
    assert state == "failed"
    assert "the database went away" in error
    assert run("publish", *common).summary["result"] == "Published"


async def test_a_standby_is_passing_trouble_until_it_is_promoted(tmp_path: Path) -> None:
    folder = snapshot(tmp_path, 1)
    with running_server() as server:
        await execute(server, CREATE_DATABASE.format(name="prices"))
        url = sibling(server, "prices")
        await upgrade(url)
        await execute(url, "CHECKPOINT")
        data = Path(parse_qs(urlsplit(server).query)["host"][0])
        (data / "standby.signal").touch()
        await asyncio.to_thread(restart, server)
        outcome = refresh(url, folder)
        assert outcome.exit_code == 75
        assert "as it is a standby" in outcome.stderr
        await execute(url, "SELECT pg_promote()")
        assert refresh(url, folder).summary["result"] == "Loaded"


async def test_a_database_set_to_be_read_only_is_a_wrong_configuration(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    outcome = refresh(database, folder)
    assert outcome.exit_code == 78
    assert "turn default_transaction_read_only off" in outcome.stderr
    await connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert refresh(database, folder).summary["result"] == "Loaded"


async def test_a_twin_that_waited_for_the_claim_reports_what_the_first_one_did(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    """As when a Job starts a pod again while the lost one still lives."""
    refresh(database, snapshot(tmp_path, 1))
    before = await offers(connection)
    load = ["--source", str(snapshot(tmp_path, 2)), "--database", database, "--workers", "1"]
    load += ["--run-id", "one"]
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'alpha'")
    at_chain = await hold(connection, CHAIN_LOCK, key)
    first = start("refresh", *load)
    await wait_for(connection, at_chain)
    dataset_key = await connection.fetchval("SELECT dataset_key FROM dataset")
    at_claim = await hold(connection, CLAIM_LOCK, dataset_key)
    twin = start("refresh", *load)
    await wait_for(connection, at_claim)
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    told = await asyncio.to_thread(finish, first)
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CLAIM_LOCK, dataset_key)
    again = await asyncio.to_thread(finish, twin)
    assert told.summary["result"] == "Loaded"
    assert (again.exit_code, again.summary) == (0, told.summary)
    assert await connection.fetchval("SELECT attempts FROM etl_stage WHERE run_id = 'one'") == 1
    assert await offers(connection) != before
