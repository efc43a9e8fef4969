"""Backfill and rebuild by the command line: what they leave, and what they refuse."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.load.chain import CHAIN_LOCK
from tests.etl.conftest import State
from tests.support.loading import (
    CHAINS,
    EMPTY_ALL,
    kill_where_it_waits,
    run,
    snapshot,
)
from tests.support.snapshots import (
    Chain,
    Item,
    full,
    prices_csv,
    stores_csv,
    write_snapshot,
)

ReadState = Callable[[], Awaitable[State]]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


def load(database: str, folder: Path, version: int, *options: str) -> None:
    done = run(
        "refresh", "--database", database, "--source", str(folder), "--workers", "1",
        "--version", str(version), *options,
    )  # fmt: skip
    assert done.summary["result"] == "Loaded"


async def test_versions_loaded_backwards_leave_what_they_leave_forwards(
    database: str, tmp_path: Path, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    folders = {day: snapshot(tmp_path, day) for day in (1, 2, 3, 4)}
    for day in (3, 4):
        load(database, folders[day], day)
    older = [f"{day}={folders[day]}" for day in (1, 2)]
    done = run("backfill", *older, "--database", database)
    assert (done.exit_code, done.summary["result"]) == (0, "Backfilled")
    again = run("backfill", *older, "--database", database)
    assert (again.exit_code, again.summary["result"]) == (0, "Unchanged")
    backfilled = await final_state()
    await connection.execute(EMPTY_ALL)
    for day in (1, 2, 3, 4):
        load(database, folders[day], day)
    forwards = await final_state()
    # The first version served opened all its offers, and still says so.
    assert without_changes(backfilled) == without_changes(forwards)


def without_changes(state: State) -> State:
    return {key: value for key, value in state.items() if key != ("chain_version", f"{key[1]}")} | {
        key: "" for key in state if key[0] == "chain_version"
    }


async def test_a_version_that_is_not_below_the_first_is_refused(
    database: str, tmp_path: Path
) -> None:
    load(database, snapshot(tmp_path, 1), 1)
    load(database, snapshot(tmp_path, 3), 3)
    done = run("backfill", f"2={snapshot(tmp_path, 2)}", "--database", database)
    assert done.exit_code == 65
    assert "version 2 of alpha is not below version 1" in done.stderr


async def test_a_backfill_that_is_killed_changed_whole_chains_and_is_completed(
    database: str, tmp_path: Path, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    folders = {day: snapshot(tmp_path, day) for day in (1, 2, 3)}
    load(database, folders[3], 3)
    older = [f"{day}={folders[day]}" for day in (1, 2)]
    order = [*older, "--database", database]
    await kill_at_commit_of("beta", connection, "backfill", *order)
    joined = await connection.fetch(
        "SELECT DISTINCT chain_id FROM chain_version JOIN chain USING (chain_key)"
        " WHERE version = 1 AND state = 'loaded'"
    )
    assert [row[0] for row in joined] == ["alpha"]
    assert run("backfill", *order).summary["result"] == "Backfilled"
    completed = await final_state()
    await connection.execute(EMPTY_ALL)
    load(database, folders[3], 3)
    run("backfill", *order)
    assert await final_state() == completed


async def test_a_backfill_killed_after_it_joined_is_closed_by_the_next(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    load(database, snapshot(tmp_path, 2), 2)
    order = [f"1={snapshot(tmp_path, 1)}", "--database", database]
    assert run("backfill", *order).summary["result"] == "Backfilled"
    # What a kill between the last join and the closing leaves.
    await connection.execute(
        "UPDATE dataset_version SET closed_at = NULL, day = NULL WHERE version = 1"
    )
    assert run("backfill", *order).summary["result"] == "Unchanged"
    assert await connection.fetchval(
        "SELECT closed_at IS NOT NULL AND day IS NOT NULL FROM dataset_version WHERE version = 1"
    )


async def kill_at_commit_of(
    chain_id: str, connection: asyncpg.Connection, command: str, *options: str
) -> None:
    """Kills a command when it waits for the lock of a chain, just before it joins."""
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = $1", chain_id)
    await kill_where_it_waits(connection, CHAIN_LOCK, key, command, *options)


async def test_a_rebuild_killed_in_the_middle_changes_nothing_and_the_next_mends_the_chain(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    lake: Path,
) -> None:
    for day in (1, 2, 3):
        load(database, snapshot(tmp_path, day), day, "--lake", str(lake))
    whole = await final_state()
    await connection.execute(
        "DELETE FROM price_span WHERE chain_key = 1 AND valid_to > 2;"
        "UPDATE offer_pack SET prices[1] = 1 WHERE chain_key = 1"
    )
    damaged = await final_state()
    assert damaged != whole
    order = ("alpha@2..", "--lake", str(lake), "--database", database)
    await kill_at_commit_of("alpha", connection, "rebuild", *order)
    assert await final_state() == damaged
    done = run("rebuild", *order)
    assert (done.exit_code, done.summary["result"]) == (0, "Rebuilt"), done.stderr
    assert await final_state() == whole


async def test_the_lake_alone_gives_an_empty_database_all_of_history(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    lake: Path,
) -> None:
    for day in (1, 2, 3):
        load(database, snapshot(tmp_path, day), day, "--lake", str(lake))
    loaded = await final_state()
    await connection.execute(EMPTY_ALL)
    for chain_id in CHAINS:
        done = run("rebuild", f"{chain_id}@1..", "--lake", str(lake), "--database", database)
        assert done.exit_code == 0, done.stderr
    assert await final_state() == loaded


async def test_a_hole_is_filled_as_if_it_had_been_loaded_in_time(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    lake: Path,
) -> None:
    folders = {day: snapshot(tmp_path, day, ("alpha",)) for day in (1, 2, 3)}
    for day in (1, 3):
        load(database, folders[day], day, "--lake", str(lake))
    order = ("--lake", str(lake), "--hole", f"2={folders[2]}", "--database", database)
    refused = run("rebuild", "alpha@3..", *order)
    assert (refused.exit_code, "rebuild alpha@2.." in refused.stderr) == (65, True)
    done = run("rebuild", "alpha@2..", *order)
    assert (done.exit_code, done.summary["added"]) == (0, [2]), done.stderr
    filled = await final_state()
    again = run("rebuild", "alpha@1..", "--lake", str(lake), "--database", database)
    assert (again.summary["result"], again.summary["changed"]) == ("Rebuilt", 0), again.stderr
    assert await final_state() == filled
    await connection.execute(EMPTY_ALL)
    for day in (1, 2, 3):
        load(database, folders[day], day)
    assert await final_state() == filled


async def test_a_version_that_comes_out_otherwise_is_refused(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    lake: Path,
) -> None:
    for day in (1, 2):
        load(database, snapshot(tmp_path, day), day, "--lake", str(lake))
    await connection.execute("UPDATE chain_version SET content_digest = 'x' WHERE version = 2")
    before = await final_state()
    done = run("rebuild", "alpha@1..", "--lake", str(lake), "--database", database)
    assert (done.exit_code, "content digest" in done.stderr) == (65, True)
    assert await final_state() == before


@pytest.mark.parametrize(
    ("damage", "exit_code", "told"),
    [
        (lambda lake: next(lake.glob("prices/*/version=1/*")).unlink(), 66, "is not there"),
        (lambda lake: next(lake.glob("prices/*/version=1/*")).write_bytes(b"x"), 65, "differs"),
        (lambda lake: (lake / "versions/1.json").unlink(), 66, "version 1 of alpha is loaded but"),
        (lambda lake: (lake / "versions/1.json").write_text("{"), 65, "is no note"),
        (
            lambda lake: shutil.rmtree(lake / "versions"),
            66,
            "publish closes the version, both with",
        ),
    ],
)
async def test_a_lake_that_is_not_whole_is_refused(
    database: str,
    tmp_path: Path,
    lake: Path,
    damage: Callable[[Path], None],
    exit_code: int,
    told: str,
) -> None:
    for day in (1, 2):
        folder = snapshot(tmp_path, day, ("alpha",))
        load(database, folder, day, "--lake", str(lake))
    damage(lake)
    done = run("rebuild", "alpha@1..", "--lake", str(lake), "--database", database)
    assert (done.exit_code, told in done.stderr) == (exit_code, True), done.stderr


async def test_what_publish_closed_of_unseen_stores_a_rebuild_closes_too(
    chain: Chain, connection: asyncpg.Connection, final_state: ReadState, lake: Path
) -> None:
    milk = Item("7290004131074", "5.00")
    chain.load([full(milk), full(milk, store="2")], [], "--lake", str(lake))
    for at in ("202607150600", "202608150600"):
        chain.load([full(milk, at=at)], [], "--lake", str(lake))
    loaded = await final_state()
    assert await connection.fetchval("SELECT max(closed_version) FROM store") == 3
    await connection.execute("UPDATE offer_pack SET prices[1] = 1")
    order = ("--lake", str(lake), "--database", chain.database)
    done = run("rebuild", "alpha@1..", *order)
    assert done.exit_code == 0, done.stderr
    assert await final_state() == loaded
    await connection.execute(EMPTY_ALL)
    done = run("rebuild", "alpha@1..", *order)
    assert done.exit_code == 0, done.stderr
    assert await final_state() == loaded


async def test_a_late_version_leaves_the_name_that_a_newer_stores_file_gave_the_chain(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    def files(day: int) -> dict[str, bytes]:
        prices = prices_csv("PriceFull", [full(Item("1", "1.00"), at=f"2026060{day}0600")])
        stores = stores_csv(f"2026060{day}0500", [("1", "מרכז", "חיפה")])
        return {"price_full_file_alpha.csv": prices, "store_file_alpha.csv": stores}

    chain.load_files(files(2), "--version", "2")
    named = await connection.fetchval("SELECT name FROM chain")
    late = files(1)
    late["store_file_alpha.csv"] = late["store_file_alpha.csv"].replace(named.encode(), b"Before")
    folder = write_snapshot(chain.folder / "late", late)
    done = run("backfill", f"1={folder}", "--database", chain.database)
    assert done.summary["result"] == "Backfilled", done.stderr
    assert await connection.fetchval("SELECT name FROM chain") == named


@pytest.mark.parametrize(
    "order",
    [
        ("backfill", "3"), ("backfill", "=/day"), ("backfill", "0=/day"),
        ("backfill", "32767=/day"), ("backfill", "3=/day", "3=/other"),
        ("rebuild", "alpha"), ("rebuild", "alpha@3"), ("rebuild", "alpha@0.."),
        ("rebuild", "alpha@32767.."), ("rebuild", "alpha@3..", "--hole", "4"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_version_that_can_be_none_is_wrong_usage(order: tuple[str, ...], lake: Path) -> None:
    place = ("--database", "postgresql://nobody@127.0.0.1:1/none", "--lake", str(lake))
    refused = run(*order, *place)
    assert (refused.exit_code, refused.summary["reason"]) == (64, "InvalidUsage"), refused.stderr
