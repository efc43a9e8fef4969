"""What keeps good data from bad files, old files and repeats."""

from collections.abc import Awaitable, Callable

import asyncpg

from tests.etl.conftest import State
from tests.support.offers import offers
from tests.support.snapshots import Chain, Item, Xml, full

GTIN = "7290004131074"
ReadState = Callable[[], Awaitable[State]]


async def test_a_file_cut_to_a_tenth_delists_nothing_and_is_flagged(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    items = [Item(str(number), f"{number}.00") for number in range(1, 101)]
    chain.load([full(*items), full(*items, store="2")])
    changed = [Item("1", "1.50"), *items[1:10]]
    outcome = chain.load(
        [full(*changed, at="202606020600"), full(*items, store="2", at="202606020600")]
    )
    assert outcome.summary["partialStores"] == ["alpha:1"]
    found = await offers(connection)
    assert len(found) == 200
    assert found["alpha:1", "alpha:1"] == (150, 2)
    flags = await connection.fetch(
        "SELECT DISTINCT flags FROM offer JOIN store USING (store_key)"
        " WHERE product_id = 'alpha:5' AND store_id = 'alpha:1'"
    )
    assert [row["flags"] for row in flags] == [16]
    assert await connection.fetchval(
        "SELECT partial FROM store_sighting WHERE version = 2 AND partial"
    )
    reason = await connection.fetchval("SELECT reason FROM chain_version WHERE version = 2")
    assert "stores: 1" in reason


async def test_a_product_repeated_in_one_file_counts_once_with_its_last_row(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "14.70"), Item("2", "5.00"), Item("1", "14.90"))])
    assert (await offers(connection))["alpha:1", "alpha:1"] == (1490, 1)
    report = await connection.fetchrow("SELECT rows, loaded, superseded, rejected FROM file_report")
    assert report is not None
    assert tuple(report) == (3, 2, 1, 0)


async def test_the_same_files_again_write_nothing(chain: Chain, final_state: ReadState) -> None:
    xmls = [full(Item("1", "1.00"), Item("2", "free"))]
    assert chain.load(xmls).summary["result"] == "Loaded"
    before = await final_state()
    again = chain.load(xmls)
    assert (again.exit_code, again.summary["result"], again.summary["version"]) == (
        0,
        "Unchanged",
        1,
    )
    assert await final_state() == before


async def test_an_older_version_is_refused_and_nothing_changes(
    chain: Chain, final_state: ReadState
) -> None:
    chain.load([full(Item("1", "1.00"))], None, "--version", "7")
    before = await final_state()
    outcome = chain.load([full(Item("1", "2.00"))], None, "--version", "6")
    assert outcome.exit_code == 65
    assert "version 6 is older than version 7" in outcome.stderr
    assert await final_state() == before


async def test_a_loaded_version_with_other_files_is_refused(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"))], None, "--version", "7")
    outcome = chain.load([full(Item("1", "2.00"))], None, "--version", "7")
    assert "give the files a new version" in str(outcome.summary)
    assert await offers(connection) == {("alpha:1", "alpha:1"): (100, 7)}


async def test_rows_add_up_and_rejects_are_kept_per_file(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load(
        [full(Item("1", "1.00"), Item("2", "free"), Item("1", "1.10"))],
        [Xml("1", "202606011200", [Item("1", "1.20"), Item("", "9.00")])],
    )
    rows = await connection.fetch(
        "SELECT file, rows, loaded, superseded, rejected FROM file_report ORDER BY file"
    )
    assert [tuple(row) for row in rows] == [
        ("price_file_alpha.csv", 2, 1, 0, 1),
        ("price_full_file_alpha.csv", 3, 0, 2, 1),
    ]
    rejects = await connection.fetch("SELECT file, line, reason FROM reject ORDER BY file")
    assert [tuple(row) for row in rejects] == [
        ("price_file_alpha.csv", 3, "item_code_missing"),
        ("price_full_file_alpha.csv", 3, "price_malformed"),
    ]


async def test_files_older_than_those_loaded_change_nothing_and_are_named(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"), at="202606020600")])
    outcome = chain.load([full(Item("1", "9.00"), at="202606010600")])
    assert (outcome.exit_code, outcome.summary["changed"]) == (0, 0)
    assert await offers(connection) == {("alpha:1", "alpha:1"): (100, 1)}
    reason = await connection.fetchval("SELECT reason FROM chain_version WHERE version = 2")
    assert reason == "files older than those loaded left out, stores: 1"


async def test_a_full_file_without_a_good_row_holds_its_chain_back(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"))])
    outcome = chain.load([full(Item("1", "free"), Item("2", ""), at="202606020600")])
    assert outcome.exit_code == 65
    assert (
        "each of its 2 rows was refused, the first in line 2 as price_malformed" in outcome.stderr
    )
    assert await offers(connection) == {("alpha:1", "alpha:1"): (100, 1)}
    assert await connection.fetchval("SELECT count(*) FROM reject") == 2


async def test_a_number_that_no_chain_took_is_given_again(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    assert chain.load([full(Item("1", "free"))]).exit_code == 65
    assert chain.load([full(Item("1", "1.00"))]).summary["version"] == 1
    assert await offers(connection) == {("alpha:1", "alpha:1"): (100, 1)}


FOUR = [Item(str(number), f"{number}.00") for number in range(1, 5)]


async def test_a_last_row_that_only_lacks_its_price_does_not_make_its_store_partial(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*FOUR, Item("5", "5.00"))])
    outcome = chain.load([full(*FOUR, Item("6", ""), at="202606020600")])
    assert outcome.summary["partialStores"] == []
    assert ("alpha:5", "alpha:1") not in await offers(connection)


async def test_a_source_that_ends_in_the_middle_of_an_item_is_partial(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*FOUR, Item("5", "5.00"))])
    outcome = chain.load([full(*FOUR, Item("6", "", unit=""), at="202606020600")])
    assert outcome.summary["partialStores"] == ["alpha:1"]
    assert ("alpha:5", "alpha:1") in await offers(connection)
