"""A cell of megabytes, as one stray quote makes it, harms no other row."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import asyncpg
import polars as pl
import pytest

from superzol_etl.clean.text import MOST_LETTERS
from superzol_local.sample.masking import write_csv
from superzol_server.strings import LONGEST
from tests.support.snapshots import (
    Chain,
    Item,
    Promo,
    Xml,
    price_block,
    prices_csv,
    promotions_csv,
    refresh,
    stores_csv,
    write_snapshot,
)

GOODS = Xml(
    "1", "202606010600", [Item("1", "1.00"), Item("7290004131074", "2.00"), Item("3", "3.00")]
)
SPOKEN = ("itemname", "manufacturername", "manufacturecountry", "quantity", "unitqty")


def letters(count: int) -> str:
    """Text that no compression makes short."""
    return "".join(Random(1).choices("אבגדהוזחטיכלמנסעפצקרשת", k=count))


def prices(**long: str) -> bytes:
    """Three goods, of which the second has these cells."""
    block = price_block(GOODS, "PriceFull")
    cells = [pl.Series(name, ["חלב", text, "חלב"]) for name, text in long.items()]
    return write_csv([block.with_columns(cells)])


@pytest.mark.parametrize("characters", [20_000, 3_000_000])
async def test_a_name_of_megabytes_keeps_no_chain_from_being_loaded(
    chain: Chain, connection: asyncpg.Connection, characters: int
) -> None:
    outcome = chain.load_files({"price_full_file_alpha.csv": prices(itemname=letters(characters))})
    assert outcome.exit_code == 0, outcome.stderr[-2000:]
    assert await connection.fetchval("SELECT count(*) FROM offer_pack") == 3


async def test_words_as_long_as_nobody_writes_are_cut_wherever_they_stand(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    long = letters(20_000)
    promotions = [
        Promo(code, ["1"], "0.50", club=club)
        for code, club in ((long, "0"), ("5\0", "0"), ("7", long))
    ]
    told = promotions_csv("PromoFull", [("1", "202606010700", promotions)])
    files = {
        "price_full_file_alpha.csv": prices(**dict.fromkeys(SPOKEN, long)),
        "promo_full_file_alpha.csv": told.replace("מבצע 7".encode(), f"מבצע {long}".encode()),
        "store_file_alpha.csv": stores_csv("202606010500", [("1", long, long)]),
    }
    outcome = refresh(database, write_snapshot(tmp_path / "day", files))
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded"), outcome.stderr[-2000:]
    for column, table in (
        ("name", "product"), ("manufacturer", "product"), ("name", "store"), ("city", "store"),
        ("description", "promotion"),
    ):  # fmt: skip
        longest = await connection.fetchval(f"SELECT max(length({column})) FROM {table}")
        assert longest == MOST_LETTERS, (table, column)
    refused = await connection.fetch("SELECT reason, line FROM reject ORDER BY line")
    assert [tuple(row) for row in refused] == [("promotion_id_malformed", line) for line in (2, 3)]


async def test_a_source_xml_of_a_name_of_megabytes_is_named_by_its_beginning(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    """Each price that is served names it, and an answer has room for 4 MB."""
    xml = GOODS._replace(legal_id="7" * 1_000_000)
    table = prices_csv("PriceFull", [xml]).replace(b"," + b"7" * 1_000_000, b",729")
    assert chain.load_files({"price_full_file_alpha.csv": table}).exit_code == 0
    names = await connection.fetchrow("SELECT observed_file, observed_at FROM store")
    assert names is not None
    assert names[0] == f"PriceFull{'7' * 1_000_000}"[:MOST_LETTERS]
    assert names[1] == datetime(2026, 6, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("odd", "told"),
    [("\0", (True, ["2"], "1")), ("1" * 1_000_000, (False, [], "1" * MOST_LETTERS))],
    ids=["nul", "megabyte"],
)
async def test_what_no_database_or_answer_holds_keeps_no_promotion_and_no_chain_out(
    chain: Chain, connection: asyncpg.Connection, odd: str, told: tuple[object, ...]
) -> None:
    """Whom it is for cannot be told of a number of a megabyte: it lowers no price then."""
    promotion = Promo("5", ["1"], "0.50", club="2")
    table = promotions_csv("PromoFull", [("1", "202606010700", [promotion])])
    for cell, long in ((b'"{""clubid"": ""2""}"', f"2{odd}"), (b",1,1.00,", f",1{odd},1.00,")):
        assert cell in table
        table = table.replace(cell, long.encode())
    prices = prices_csv("PriceFull", [GOODS])
    outcome = chain.load_files(
        {"price_full_file_alpha.csv": prices, "promo_full_file_alpha.csv": table}
    )
    assert outcome.exit_code == 0, outcome.stderr[-2000:]
    kept = await connection.fetchrow("SELECT restrictions_known, clubs, reward_code FROM promotion")
    assert kept is not None
    assert tuple(kept) == told


def test_a_manufacturer_can_be_asked_for_as_it_was_cut() -> None:
    assert MOST_LETTERS <= LONGEST
