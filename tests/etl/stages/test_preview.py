"""A dry run tells what a load would do, and writes nothing."""

import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from superzol_etl.clean.gates import Gates
from superzol_etl.load.preview import preview_chain
from superzol_etl.snapshot import read_snapshot
from tests.etl.conftest import State
from tests.support.loading import run, snapshot
from tests.support.snapshots import (
    Chain,
    Item,
    Outcome,
    Xml,
    full,
    prices_csv,
    write_snapshot,
)

ReadState = Callable[[], Awaitable[State]]
COUNTS = ("opened", "repriced", "closed", "jumped", "rescoped")
TABLES = """
SELECT (SELECT count(*) FROM etl_run), (SELECT count(*) FROM store), (SELECT count(*) FROM product)
"""


async def test_a_dry_run_counts_what_the_load_then_does_and_writes_nothing(
    chain: Chain, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    items = [Item(str(code), f"{code}.00") for code in range(1, 41)]
    chain.load([full(*items), full(*items, store="2")])
    before, rows = await final_state(), await connection.fetchrow(TABLES)
    changed = [Item("1", "1.10"), Item("2", "20.00"), *items[2:38], Item("99", "9.00")]
    at = "202606020600"
    xmls = [full(*changed, at=at), full(*items, store="2", at=at), full(*items, store="3", at=at)]
    outcome = chain.load(xmls, None, "--dry-run")
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "DryRun")
    (told,) = outcome.summary["chains"]
    assert {store["store"]: [store[name] for name in COUNTS] for store in told["stores"]} == {
        "1": [1, 2, 2, 1, 0],
        "3": [40, 0, 0, 0, 0],
    }
    assert await final_state() == before
    assert await connection.fetchrow(TABLES) == rows
    chain.count -= 1
    loaded = chain.load(xmls)
    total = outcome.summary["opened"] + outcome.summary["repriced"] + outcome.summary["closed"]
    assert loaded.summary["changed"] == total == 45


async def test_a_dry_run_tells_what_would_hold_a_chain_back(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    items = [Item(str(code), f"{code}.00") for code in range(1, 1201)]
    chain.load([full(*items)])
    fewer = [Item("1", "1.50"), *items[1:500]]
    outcome = chain.load([full(*fewer, at="202606020600")], None, "--dry-run")
    assert (outcome.exit_code, outcome.summary["heldBack"]) == (0, ["alpha"])
    [problem] = outcome.summary["problems"]
    assert problem.startswith("alpha: ")
    assert "58.3 % fewer than the 1200 of version 1" in problem
    (told,) = outcome.summary["chains"]
    assert [store["repriced"] for store in told["stores"]] == [1]
    assert [outcome.summary[name] for name in COUNTS] == [0, 0, 0, 0, 0]
    assert await connection.fetchval("SELECT max(version) FROM chain_version") == 1


async def test_an_offer_that_moves_to_another_product_of_its_code_is_told_as_re_scoped(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    """As after a change of the rule that tells GTINs from a chain's own numbers."""
    chain.load([full(Item("7290004131074", "6.20"), Item("5", "1.00"))])
    for table in ("product", "offer_pack"):
        await connection.execute(
            f"UPDATE {table} SET product_id = 'alpha:' || product_id WHERE product_id LIKE '729%'"
        )
    xmls = [full(Item("7290004131074", "6.20"), Item("5", "1.00"), at="202606020600")]
    outcome = chain.load(xmls, None, "--dry-run")
    assert [outcome.summary[name] for name in COUNTS] == [1, 0, 1, 0, 1]


def test_a_dry_run_into_an_empty_database_opens_everything(chain: Chain) -> None:
    outcome = chain.load([full(Item("1", "1.00"), Item("2", "2.00"))], None, "--dry-run")
    assert (outcome.exit_code, outcome.summary["opened"], outcome.summary["version"]) == (0, 2, 1)


ROWS = [Item(str(code), f"{code}.00") for code in range(1, 1201)]


async def told_and_done(chain: Chain, xmls: list[Xml], version: int) -> tuple[Outcome, Outcome]:
    """A dry run of some files and the load of them."""
    number = ("--version", str(version))
    told = chain.load(xmls, None, *number, "--dry-run")
    chain.count -= 1
    return told, chain.load(xmls, None, *number)


async def test_a_dry_run_knows_of_files_that_were_accepted(chain: Chain) -> None:
    chain.load([full(*ROWS)])
    dear = [full(*(row._replace(price=f"{row.code}00.00") for row in ROWS), at="202606020600")]
    told, done = await told_and_done(chain, dear, 2)
    assert told.summary["heldBack"] == ["alpha"]
    assert done.exit_code == 65
    assert run("accept", "alpha@2", "--database", chain.database).exit_code == 0
    told, done = await told_and_done(chain, dear, 2)
    assert told.summary["heldBack"] == done.summary["heldBack"] == []
    assert told.summary["repriced"] == done.summary["changed"] == 1200


async def test_a_dry_run_of_other_files_for_a_version_that_is_loaded_tells_that_they_stay_out(
    chain: Chain,
) -> None:
    chain.load([full(*ROWS[:9])])
    told, done = await told_and_done(chain, [full(Item("1", "7.00"))], 1)
    assert (told.exit_code, done.exit_code) == (65, 65)
    assert "is loaded with other files, which stay" in told.summary["message"]
    assert told.summary["message"] == done.summary["message"]


async def test_a_dry_run_beside_a_chain_that_is_loaded_counts_the_new_one_only(
    chain: Chain,
) -> None:
    first = prices_csv("PriceFull", [full(*ROWS[:9])])
    other = prices_csv("PriceFull", [full(*ROWS[:5])])
    chain.load_files({"price_full_file_alpha.csv": first}, "--version", "1")
    files = {"price_full_file_alpha.csv": other, "price_full_file_beta.csv": first}
    told = chain.load_files(files, "--version", "1", "--dry-run")
    done = chain.load_files(files, "--version", "1")
    assert told.summary["heldBack"] == done.summary["heldBack"] == ["alpha"]
    assert told.summary["problems"] == done.summary["problems"]
    assert told.summary["opened"] == done.summary["changed"] == 9


async def test_a_dry_run_needs_no_more_memory_for_goods_that_are_new(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*ROWS)])
    prices = prices_csv("PriceFull", [full(*ROWS, Item("5000", "9.00"), at="202606020600")])
    folder = write_snapshot(chain.folder / "next", {"price_full_file_alpha.csv": prices})
    [files] = read_snapshot(folder).chains
    key = await connection.fetchval("SELECT chain_key FROM chain")
    tracemalloc.start()
    try:
        told = await preview_chain(connection, files, key, 2, Gates())
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [(store.opened, store.closed) for store in told.foreseen.stores] == [(1, 0)]
    assert peak_bytes < 100 << 20


def test_a_dry_run_of_a_shard_tells_of_its_chains_only(database: str, tmp_path: Path) -> None:
    load = ["--source", str(snapshot(tmp_path, 1)), "--database", database]
    told = [run("load", *load, "--shard", f"{shard}/3", "--dry-run").summary for shard in range(3)]
    assert [[chain["chain"] for chain in each["chains"]] for each in told] == [
        ["alpha"], ["beta"], ["gamma"],
    ]  # fmt: skip
    done = [
        run("load", *load, "--shard", f"{shard}/3", "--run-id", "one").summary["changed"]
        for shard in range(3)
    ]
    assert [each["opened"] for each in told] == done
