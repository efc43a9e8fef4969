"""A row that nobody can place costs the rows below it, and ends nothing that they may have told."""

import asyncpg
import pytest

from tests.support.snapshots import Chain, Item, Promo, Xml, prices_csv, promotions_csv

GOODS = [Item(str(code), f"{code}.00", f"מוצר {code}") for code in range(1, 13)]


def day(number: int) -> bytes:
    """A full file of twelve goods in each of two stores."""
    return prices_csv("PriceFull", [Xml(store, f"2026060{number}0600", GOODS) for store in "12"])


def interrupt(content: bytes, garbage: bytes, line: int) -> bytes:
    """Puts a row between two others; the header is line 1."""
    lines = content.splitlines(keepends=True)
    return b"".join([*lines[: line - 1], garbage + b"\n", *lines[line - 1 :]])


@pytest.mark.parametrize("garbage", [b"xyz", b"xyz,,", b'"xyz', b"\xff\xfe,,,,,,,,,,"])
async def test_offers_below_a_row_that_nobody_can_place_stay_open(
    chain: Chain, connection: asyncpg.Connection, garbage: bytes
) -> None:
    assert chain.load_files({"price_full_file_alpha.csv": day(1)}).exit_code == 0
    broken = interrupt(day(2), garbage, 12)  # below the tenth good of the first store
    outcome = chain.load_files({"price_full_file_alpha.csv": broken})
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded"), outcome.stderr
    assert outcome.summary["partialStores"] == ["alpha:1"]
    assert outcome.summary["rejected"] == 3
    assert await connection.fetchval("SELECT sum(offers) FROM offer_pack") == 24
    lines = [row["line"] for row in await connection.fetch("SELECT line FROM reject ORDER BY line")]
    assert lines == [12, 13, 14]


async def test_a_bad_first_row_of_an_xml_leaves_the_xml_before_it_whole(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    assert chain.load_files({"price_full_file_alpha.csv": day(1)}).exit_code == 0
    files = prices_csv(
        "PriceFull",
        [Xml("1", "202606020600", GOODS[:11]), Xml("2", "202606020600", GOODS)],
    )
    lines = files.splitlines(keepends=True)
    lines[12] = lines[12].replace(b",1.00,", b",1,00,")
    outcome = chain.load_files({"price_full_file_alpha.csv": b"".join(lines)})
    assert (outcome.exit_code, outcome.summary["partialStores"]) == (0, []), outcome.stderr
    assert await connection.fetchval("SELECT sum(offers) FROM offer_pack") == 23


async def test_promotions_below_a_row_that_nobody_can_place_do_not_end(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    promotions = [Promo(str(code), [str(code)], "0.50") for code in range(1, 13)]
    for number in (1, 2):
        told = promotions_csv("PromoFull", [("1", f"2026060{number}0700", promotions)])
        files = {"price_full_file_alpha.csv": day(number), "promo_full_file_alpha.csv": told}
        if number == 2:
            files["promo_full_file_alpha.csv"] = interrupt(told, b"xyz", 12)
        outcome = chain.load_files(files)
        assert outcome.exit_code == 0, outcome.stderr
    assert outcome.summary["partialPromotionStores"] == ["alpha:1"]
    assert await connection.fetchval("SELECT count(*) FROM promotion") == 12
    assert await connection.fetchval("SELECT count(*) FROM promotion_span") == 0
