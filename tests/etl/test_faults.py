"""What a load does when it is killed, and when files are not what they should be."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.load.chain import CHAIN_LOCK
from superzol_etl.stages.versions import DATASET_LOCK
from tests.etl.conftest import State
from tests.support.snapshots import Item, Xml, prices_csv, refresh, write_snapshot

ReadState = Callable[[], Awaitable[State]]

CHAINS = ("alpha", "beta", "gamma")
EMPTY_ALL = """
TRUNCATE dataset, chain, chain_alias, store, store_sighting, product, product_in_chain,
    product_stat, offer_pack, price_span, dataset_version, chain_version, publication, etl_run,
    file_report, reject
    RESTART IDENTITY CASCADE
"""


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


async def wait_for(connection: asyncpg.Connection, query: str) -> None:
    deadline = time.monotonic() + 30
    while not await connection.fetchval(query):
        assert time.monotonic() < deadline, f"never came true: {query}"
        await asyncio.sleep(0.02)


async def end_at_commit_of(
    chain_id: str, connection: asyncpg.Connection, load: list[str], ending: signal.Signals
) -> None:
    """Starts a load and ends it when it waits for this chain's lock, just before it writes.

    load: its options. Returns when no process of it is connected any more.
    """
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = $1", chain_id)
    await connection.execute("SELECT pg_advisory_lock($1, $2)", CHAIN_LOCK, key)
    process = subprocess.Popen(
        [sys.executable, "-m", "superzol_etl", "refresh", *load],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    waiting = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
    await wait_for(connection, f"{waiting} AND objid = {key}")
    process.send_signal(ending)
    process.wait()
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    loaders = "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'superzol-etl'"
    await wait_for(connection, f"{loaders} AND datname = current_database()")


@pytest.mark.parametrize("stopped_before", CHAINS)
async def test_a_load_killed_at_first_or_between_chains_is_completed_by_the_next_run(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    stopped_before: str,
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    load = ["--source", str(folder), "--database", database, "--workers", "1"]
    await end_at_commit_of(stopped_before, connection, load, signal.SIGKILL)
    loaded = await connection.fetchval("SELECT count(*) FROM chain_version WHERE version = 2")
    assert loaded == CHAINS.index(stopped_before)
    again = refresh(database, folder)
    assert (again.exit_code, again.summary["result"], again.summary["version"]) == (0, "Loaded", 2)
    after_kill = await final_state()

    await connection.execute(EMPTY_ALL)
    refresh(database, tmp_path / "day1")
    refresh(database, folder)
    assert await final_state() == after_kill


async def test_a_second_run_of_the_dataset_is_refused_while_the_first_is_alive(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    refresh(database, folder)
    key = await connection.fetchval("SELECT dataset_key FROM dataset")
    await connection.execute("SELECT pg_advisory_lock($1, $2)", DATASET_LOCK, key)
    outcome = refresh(database, folder)
    assert outcome.exit_code == 75
    assert "another run of israeli-supermarkets is alive" in outcome.stderr


BAD_FILES = {
    "cut in a row": lambda data: data[: len(data) // 2].rsplit(b"\n", 1)[0] + b"\n,,,,77,",
    "binary": lambda data: os.urandom(4096),
    "a web page": lambda data: b"<!DOCTYPE html>\n<html><body>429</body></html>\n",
    "without prices": lambda data: data.replace(b"itemprice", b"preis", 1),
    "utf-16": lambda data: data.decode().encode("utf-16"),
}


@pytest.mark.parametrize("damage", BAD_FILES.values(), ids=BAD_FILES.keys())
async def test_a_bad_file_holds_its_chain_back_and_the_others_go_on(
    database: str, tmp_path: Path, connection: asyncpg.Connection, damage: Callable[[bytes], bytes]
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    before = await open_offers(connection, "alpha")
    folder = snapshot(tmp_path, 2)
    path = folder / "price_full_file_alpha.csv"
    path.write_bytes(damage(path.read_bytes()))
    outcome = refresh(database, folder)
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Partial")
    assert outcome.summary["heldBack"] == ["alpha"]
    assert "price_full_file_alpha.csv" in str(outcome.summary["problems"])
    assert await open_offers(connection, "alpha") == before
    states = await connection.fetch(
        "SELECT chain_id, state FROM chain_version JOIN chain USING (chain_key) WHERE version = 2"
    )
    assert dict(map(tuple, states)) == {"alpha": "held_back", "beta": "loaded", "gamma": "loaded"}


@pytest.mark.parametrize("damage", BAD_FILES.values(), ids=BAD_FILES.keys())
async def test_when_no_chain_can_be_loaded_the_run_fails_and_nothing_changes(
    database: str, tmp_path: Path, connection: asyncpg.Connection, damage: Callable[[bytes], bytes]
) -> None:
    refresh(database, snapshot(tmp_path, 1, ("alpha",)))
    before = await open_offers(connection, "alpha")
    folder = snapshot(tmp_path, 2, ("alpha",))
    path = folder / "price_full_file_alpha.csv"
    path.write_bytes(damage(path.read_bytes()))
    outcome = refresh(database, folder)
    assert outcome.exit_code == 65
    assert "price_full_file_alpha.csv" in outcome.stderr
    assert await open_offers(connection, "alpha") == before


async def test_a_chain_held_back_leaves_no_products_behind(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    path = folder / "price_full_file_alpha.csv"
    path.write_bytes(path.read_bytes()[:-9])
    refresh(database, folder)
    ids = await connection.fetch("SELECT DISTINCT split_part(product_id, ':', 1) FROM product")
    assert {row[0] for row in ids} == {"beta", "gamma"}


async def test_a_chain_held_back_is_loaded_when_its_file_is_mended(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    path = folder / "price_full_file_alpha.csv"
    good = path.read_bytes()
    path.write_bytes(good[:-9])
    assert refresh(database, folder, "--version", "5").summary["heldBack"] == ["alpha"]
    path.write_bytes(good)
    outcome = refresh(database, folder, "--version", "5")
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded")
    assert len(await open_offers(connection, "alpha")) == 3 * 399


async def open_offers(connection: asyncpg.Connection, chain_id: str) -> list[asyncpg.Record]:
    return await connection.fetch(
        "SELECT product_id, store_id, price, since FROM offer JOIN store USING (store_key)"
        " JOIN chain ON chain.chain_key = offer.chain_key WHERE chain_id = $1 ORDER BY 1, 2",
        chain_id,
    )


@pytest.mark.parametrize(
    ("options", "exit_code", "told"),
    [
        (["--source", "/nowhere"], 66, "is not a folder"),
        (["--source", "."], 66, "holds no price_"),
        (["--source", ".", "--version", "0"], 64, "--version"),
        (["--source", ".", "--version", "40000"], 64, "--version"),
        (["--source", ".", "--dataset", "A b"], 64, "is no identifier"),
        (["--source", ".", "--run-id", "a b"], 64, "has other characters"),
        (["--database", "postgresql://localhost:1/x"], 75, "is the database running"),
        (["--database", "mysql://x"], 78, "no valid URL of PostgreSQL"),
        ([], 64, "--source"),
    ],
)
def test_wrong_calls_are_told_apart(
    database: str, tmp_path: Path, options: list[str], exit_code: int, told: str
) -> None:
    if "--database" in options:
        options = [*options, "--source", str(snapshot(tmp_path, 1))]
    else:
        options = [*options, "--database", database]
    command = [sys.executable, "-m", "superzol_etl", "refresh", *options]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ended.returncode == exit_code
    assert told in ended.stderr.replace("\n", " ")


def test_a_database_without_the_schema_is_a_wrong_configuration(blank: str, tmp_path: Path) -> None:
    outcome = refresh(blank, snapshot(tmp_path, 1))
    assert outcome.exit_code == 78
    assert "superzol-schema upgrade" in outcome.stderr


@pytest.mark.parametrize(
    "rest", ["s3cr3t/x@localhost/db", "s3cr3t#x@localhost/db", "[s3cr3t]@localhost/db",
             "s3cr3t:port@localhost:x/db", "s3cr3t@localhost:1/db", "s3cr3t?x@localhost/db",
             "s3cr3t@[::1/db", "s3cr3t@localhost:99999/db"],
)  # fmt: skip
def test_no_failing_url_shows_its_password(tmp_path: Path, rest: str) -> None:
    outcome = refresh(f"postgresql://u:{rest}", snapshot(tmp_path, 1))
    assert outcome.exit_code in (75, 78)
    assert "s3cr3t" not in outcome.stderr + str(outcome.summary)


async def test_workers_end_with_the_run_that_started_them(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    load = ["--source", str(folder), "--database", database, "--workers", "3"]
    await end_at_commit_of("alpha", connection, load, signal.SIGTERM)
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'alpha'")
    state = "SELECT count(*) FROM chain_version WHERE version = 2 AND chain_key = $1"
    assert await connection.fetchval(state, key) == 0


async def test_a_chain_whose_connection_was_cut_is_completed_by_the_next_run(
    database: str, tmp_path: Path, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    """The names merged in the end are those of an uninterrupted run."""
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'beta'")
    await connection.execute("SELECT pg_advisory_lock($1, $2)", CHAIN_LOCK, key)
    cutting = asyncio.create_task(cut_waiting(database, key))
    outcome = await asyncio.to_thread(refresh, database, folder)
    await cutting
    assert outcome.exit_code == 75
    assert "beta: the database went away" in outcome.stderr
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    again = refresh(database, folder)
    assert (again.exit_code, again.summary["result"]) == (0, "Loaded")
    after_cut = await final_state()
    await connection.execute(EMPTY_ALL)
    refresh(database, tmp_path / "day1")
    refresh(database, folder)
    assert await final_state() == after_cut


async def cut_waiting(database: str, key: int) -> None:
    """Ends the loader that waits for the lock of a chain."""
    other = await asyncpg.connect(database)
    waiting = f"FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND objid = {key}"
    await wait_for(other, f"SELECT count(*) {waiting}")
    await other.execute(f"SELECT pg_terminate_backend(pid) {waiting}")
    await other.close()


async def test_files_that_say_no_kind_are_reported_once_a_name(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1, ("alpha",))
    for place in ("old", "new"):
        (folder / place).mkdir()
        (folder / place / "notes.csv").write_text("a,b\n")
    assert refresh(database, folder).exit_code == 0
    reported = await connection.fetch("SELECT file FROM file_report WHERE state = 'ignored'")
    assert [row["file"] for row in reported] == ["notes.csv"]
