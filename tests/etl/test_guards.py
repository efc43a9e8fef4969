"""What keeps good data from bad files, old files and repeats."""

from collections.abc import Awaitable, Callable

import asyncpg

from superzol_etl.decode.blocks import FIRST_BYTES
from tests.etl.conftest import State
from tests.support.offers import offers
from tests.support.snapshots import (
    Chain,
    Item,
    Xml,
    full,
    prices_csv,
    refresh,
    stores_csv,
)

GTIN = "7290004131074"
ReadState = Callable[[], Awaitable[State]]
FOUR = [Item(str(number), f"{number}.00") for number in range(1, 5)]


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
    assert "stores: alpha:1" in reason


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


async def test_the_files_of_an_older_version_are_not_taken_for_the_newest(
    chain: Chain, final_state: ReadState
) -> None:
    chain.load([full(Item("1", "1.00"))])
    chain.load([full(Item("1", "2.00"), at="202606020600")])
    before = await final_state()
    outcome = chain.load([full(Item("1", "1.00"))])
    assert outcome.exit_code == 65
    assert "files of version 1, which is older than version 2" in outcome.summary["message"]
    assert await final_state() == before
    assert chain.load([full(Item("1", "1.00"))], None, "--version", "3").exit_code == 0


async def test_a_folder_of_several_snapshots_is_refused(chain: Chain, database: str) -> None:
    chain.load([full(Item("1", "1.00"))])
    chain.load([full(Item("1", "2.00"), at="202606020600")])
    outcome = refresh(database, chain.folder)
    assert outcome.exit_code == 64
    assert "holds several snapshots, in 1, 2" in outcome.summary["message"]


async def test_a_loaded_version_with_other_files_is_refused(
    chain: Chain, final_state: ReadState
) -> None:
    chain.load([full(Item("1", "1.00"))], None, "--version", "7")
    before = await final_state()
    outcome = chain.load([full(Item("1", "2.00"))], None, "--version", "7")
    assert outcome.exit_code == 65
    assert "version 7 of alpha is loaded with other files" in outcome.stderr
    assert "load these with --version 8" in outcome.summary["message"]
    assert await final_state() == before
    corrected = chain.load([full(Item("1", "2.00"))])
    assert (corrected.exit_code, corrected.summary["version"]) == (0, 8)
    # A number given by hand is taken; the source's version after it counts again.
    later = [full(Item("1", "3.00"), at="202606020600")]
    assert chain.load(later, None, "--version", "8").exit_code == 65
    assert chain.load(later, None, "--version", "9").exit_code == 0


async def test_a_full_file_older_than_what_is_loaded_is_never_the_base(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    late = full(Item("1", "1.50"), Item("2", "2.00"), Item("9", "9.00"), at="202606012200")
    chain.load([late])
    early = full(Item("1", "1.00"), Item("2", "2.00"), Item("8", "8.00"), at="202606012000")
    chain.load([early], [Xml("1", "202606020100", [Item("2", "2.20")])])
    assert await offers(connection) == {
        ("alpha:1", "alpha:1"): (150, 1),
        ("alpha:2", "alpha:1"): (220, 2),
        ("alpha:9", "alpha:1"): (900, 1),
    }


async def test_rows_of_stores_that_alternate_in_one_source_all_count(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    data = (
        b"found_folder,file_name,chainid,storeid,itemcode,itemprice\n"
        b"app/A,PriceFull7-1-202606010600.xml,7,1,11,1.00\n,,,2,12,2.00\n,,,1,13,3.00\n,,,2,14,4.00\n"
    )
    chain.load_files({"price_full_file_alpha.csv": data})
    assert set(await offers(connection)) == {
        ("alpha:11", "alpha:1"),
        ("alpha:12", "alpha:2"),
        ("alpha:13", "alpha:1"),
        ("alpha:14", "alpha:2"),
    }


async def test_a_source_that_stands_twice_in_a_file_counts_its_items_once(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*FOUR), full(*FOUR)])
    assert await connection.fetchval("SELECT full_rows FROM store") == 4
    assert chain.load([full(*FOUR, at="202606020600")]).summary["partialStores"] == []


async def test_one_store_number_of_two_legal_entities_holds_the_chain_back(chain: Chain) -> None:
    other = Xml("001", "202606010700", [Item("1", "1.00")], legal_id="7290058103393")
    outcome = chain.load([full(Item("1", "1.00")), other])
    assert outcome.exit_code == 65
    held = "store alpha:1 is published under the ChainIds 7290000000015, 7290058103393"
    assert held in outcome.stderr


async def test_a_base_name_in_two_folders_is_loaded_when_one_is_gone(
    chain: Chain,
) -> None:
    data = prices_csv("PriceFull", [full(Item("1", "1.00"))])
    folder = chain.folder / "1"
    for name in ("x", "y"):
        (folder / name).mkdir(parents=True)
        (folder / name / "price_full_file_alpha.csv").write_bytes(data)
    (folder / "x" / "price_full_file_beta.csv").write_bytes(data)
    assert "y/price_full_file_alpha.csv has the name" in chain.load_files({}).stderr
    (folder / "y" / "price_full_file_alpha.csv").unlink()
    chain.count = 0
    assert chain.load_files({}).summary["result"] == "Loaded"


async def test_names_of_several_lines_are_a_row_each_and_told_in_one_line(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00", "שם\nבשתי שורות"), Item("2", "2.00", 'ב"ד\r\nץ'))])
    names = await connection.fetch("SELECT name FROM product ORDER BY product_id")
    assert [row["name"] for row in names] == ["שם בשתי שורות", 'ב"ד ץ']


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
    assert reason == "files older than those loaded left out, stores: alpha:1"


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


async def test_a_store_file_cut_in_a_later_block_describes_no_store(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    first = stores_csv("202606010500", [("1", "הגליל", "חיפה")])
    later = stores_csv("202606010600", [("2", "x" * FIRST_BYTES, "חיפה")])
    cut = first + later.split(b"\n", 1)[1][:-99]
    prices = prices_csv("PriceFull", [full(Item("1", "1.00"))])
    outcome = chain.load_files({"price_full_file_alpha.csv": prices, "store_file_alpha.csv": cut})
    assert "cut off in its last row" in outcome.summary["problems"][0]
    stores = await connection.fetch("SELECT code, name FROM store")
    assert [tuple(row) for row in stores] == [("1", None)]


async def test_a_store_that_lost_a_row_to_damage_delists_nothing(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*FOUR), full(*FOUR, store="2")])
    data = prices_csv("PriceFull", [full(*FOUR, at="202606020600")])
    two = prices_csv("PriceFull", [full(*FOUR[:3], store="2", at="202606020600")])
    lines = [*data.splitlines(), *two.splitlines()[1:]]
    lines[2] = lines[2] + b",one cell too many"
    outcome = chain.load_files({"price_full_file_alpha.csv": b"\n".join([*lines, b""])})
    assert outcome.summary["partialStores"] == ["alpha:1"]
    found = await offers(connection)
    assert ("alpha:2", "alpha:1") in found
    assert ("alpha:4", "alpha:2") not in found
