"""Versions of a small chain, loaded by the command line."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.etl.conftest import State
from tests.support.snapshots import (
    Item,
    Outcome,
    Xml,
    prices_csv,
    refresh,
    stores_csv,
    write_snapshot,
)

GTIN = "7290004131074"
ReadState = Callable[[], Awaitable[State]]


def full(*items: Item, store: str = "001", at: str = "202606010600") -> Xml:
    return Xml(store, at, items)


class Chain:
    """Loads snapshots of the chain alpha, each a folder of its own."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database, self.folder, self.count = database, folder, 0

    def load(self, fulls: list[Xml], deltas: list[Xml] | None = None, *options: str) -> Outcome:
        files = {"price_full_file_alpha.csv": prices_csv("PriceFull", fulls)} if fulls else {}
        if deltas:
            files["price_file_alpha.csv"] = prices_csv("Price", deltas)
        return self.load_files(files, *options)

    def load_files(self, files: dict[str, bytes], *options: str) -> Outcome:
        self.count += 1
        return refresh(
            self.database, write_snapshot(self.folder / str(self.count), files), *options
        )


@pytest.fixture
def chain(database: str, tmp_path: Path) -> Chain:
    return Chain(database, tmp_path)


async def offers(connection: asyncpg.Connection) -> dict[tuple[str, str], tuple[int, int]]:
    rows = await connection.fetch(
        "SELECT product_id, store_id, price, since FROM offer JOIN store USING (store_key)"
    )
    return {(row["product_id"], row["store_id"]): (row["price"], row["since"]) for row in rows}


async def spans(connection: asyncpg.Connection) -> list[tuple[str, int, int, int]]:
    rows = await connection.fetch(
        "SELECT product_id, price, valid_from, valid_to FROM price_span"
        " JOIN product USING (product_key) ORDER BY 1, 3"
    )
    return [tuple(row) for row in rows]


async def test_a_first_load_opens_offers_and_closes_none(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    outcome = chain.load(
        [full(Item(GTIN, "6.20"), Item("12", "3.90")), full(Item("12", "4.00"), store="2")]
    )
    assert (outcome.exit_code, outcome.summary["result"], outcome.summary["version"]) == (
        0,
        "Loaded",
        1,
    )
    assert await offers(connection) == {
        (GTIN, "alpha:1"): (620, 1),
        ("alpha:12", "alpha:1"): (390, 1),
        ("alpha:12", "alpha:2"): (400, 1),
    }
    assert await spans(connection) == []


async def test_the_next_version_writes_only_what_changed(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"), Item("2", "2.00"), Item("3", "3.00"))])
    outcome = chain.load(
        [full(Item("1", "1.00"), Item("2", "2.50"), Item("4", "4.00"), at="202606020600")]
    )
    assert outcome.summary["changed"] == 3
    assert await offers(connection) == {
        ("alpha:1", "alpha:1"): (100, 1),
        ("alpha:2", "alpha:1"): (250, 2),
        ("alpha:4", "alpha:1"): (400, 2),
    }
    assert await spans(connection) == [("alpha:2", 200, 1, 2), ("alpha:3", 300, 1, 2)]


async def test_deltas_later_than_the_base_win_and_earlier_ones_do_not(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    base = full(Item("1", "1.00"), Item("2", "2.00"), at="202606010600")
    late, early = (
        Xml("1", "202606011200", [Item("1", "1.20")]),
        Xml("1", "202606010500", [Item("2", "9.99")]),
    )
    chain.load([base], [late, early])
    assert await offers(connection) == {
        ("alpha:1", "alpha:1"): (120, 1),
        ("alpha:2", "alpha:1"): (200, 1),
    }


async def test_a_store_absent_today_keeps_its_offers(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00")), full(Item("1", "1.10"), store="2")])
    chain.load([full(Item("1", "1.00"), at="202606020600")])
    assert await offers(connection) == {
        ("alpha:1", "alpha:1"): (100, 1),
        ("alpha:1", "alpha:2"): (110, 1),
    }


async def test_an_empty_price_file_closes_nothing(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"))])
    header = prices_csv("PriceFull", [full(Item("1", "1.00"))]).split(b"\n")[0] + b"\n"
    files = {
        "price_full_file_alpha.csv": header,
        "store_file_alpha.csv": stores_csv("202606020600", [("1", "א", "ב")]),
    }
    assert chain.load_files(files).exit_code == 0
    assert await offers(connection) == {("alpha:1", "alpha:1"): (100, 1)}


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


async def test_a_store_file_describes_stores_and_blanks_keep_what_was_known(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    prices = prices_csv("PriceFull", [full(Item("1", "1.00"))])
    first = stores_csv("202606010500", [("001", "הגליל", "חיפה"), ("2", "אונליין", "")])
    chain.load_files({"price_full_file_alpha.csv": prices, "store_file_alpha.csv": first})
    chain.load_files(
        {"store_file_alpha.csv": stores_csv("202606020500", [("1", "unknown", "3000")])}
    )
    rows = await connection.fetch(
        "SELECT store_id, name, city, city_code FROM store ORDER BY store_id"
    )
    assert [tuple(row) for row in rows] == [
        ("alpha:1", "הגליל", None, "3000"),
        ("alpha:2", "אונליין", None, None),
    ]
    assert await connection.fetchval("SELECT name FROM chain") == "אלפא"


async def test_a_gtin_is_one_product_in_all_chains_and_an_internal_code_is_not(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    files = {
        f"price_full_file_{slug}.csv": prices_csv(
            "PriceFull", [full(Item(GTIN, "6.20", name), Item("12", "1.00"))]
        )
        for slug, name in [("alpha", "חלב"), ("beta_new_source", "חלב טרי 3% ליטר")]
    }
    chain.load_files(files)
    rows = await connection.fetch(
        "SELECT product_id, name, stores, chains FROM product JOIN product_stat USING (product_key)"
    )
    assert {tuple(row) for row in rows} == {
        (GTIN, "חלב טרי 3% ליטר", 2, 2),
        ("alpha:12", "חלב", 1, 1),
        ("beta:12", "חלב", 1, 1),
    }
    assert await connection.fetchval("SELECT alias FROM chain_alias") == "beta_new_source"


async def test_a_zero_price_is_kept_flagged_and_left_out_of_summaries(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item(GTIN, "0.00")), full(Item(GTIN, "6.20"), store="2")])
    assert (await offers(connection))[GTIN, "alpha:1"] == (0, 1)
    stat = await connection.fetchrow(
        "SELECT price_min, price_avg, price_max, stores FROM product_stat"
    )
    assert stat is not None
    assert tuple(stat) == (620, 620, 620, 2)


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
