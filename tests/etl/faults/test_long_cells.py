"""A cell of megabytes, as one stray quote makes it, harms no other row."""

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


def test_a_manufacturer_can_be_asked_for_as_it_was_cut() -> None:
    assert MOST_LETTERS <= LONGEST
