"""A full file that shrank ends nothing at first; one that says the same for two weeks does."""

import json

import asyncpg
import polars as pl
import pytest

from superzol_local.sample.masking import write_csv
from tests.support.snapshots import FOLDER, LEGAL_ID, Chain, Item, full, prices_csv

# Lines of the shape (day, goods told, goods that stand then).
DAYS = [("0601", 40, 40), ("0602", 20, 40), ("0614", 20, 40), ("0615", 20, 20), ("0616", 13, 20)]
CODES = [str(code) for code in range(1, 31)]
ITEMS = 3


async def test_goods_that_no_full_file_told_for_14_days_are_not_sold_any_more(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    items = [Item(str(code), f"{code}.00") for code in range(1, 41)]
    for version, (day, told, stand) in enumerate(DAYS, 1):
        outcome = chain.load([full(*items[:told], at=f"2026{day}0600")])
        is_partial = outcome.summary["partialStores"] == ["alpha:1"]
        assert (outcome.exit_code, is_partial) == (0, told < 20 or stand == 40 != told), day
        assert await connection.fetchval("SELECT count(*) FROM offer") == stand
        spans = await connection.fetchval(
            "SELECT count(*) FROM price_span WHERE valid_to = $1", version
        )
        assert spans == (20 if day == "0615" else 0)


def promotions(family: str, codes: list[str], at: str, items_of_each: int = ITEMS) -> bytes:
    """Promotions of some items each, in FLAT a row for each of them."""
    head = {
        "found_folder": FOLDER,
        "file_name": f"PromoFull{LEGAL_ID}-001-{at}.xml",
        "chainid": LEGAL_ID,
        "storeid": "001",
    }
    terms = {"rewardtype": "1", "minqty": "1.00", "discountedprice": "5.00"}
    items = [str(item) for item in range(items_of_each)]
    tree = {"item": [{"itemcode": item} for item in items]}
    group = {
        "group": {"promotionitems": {"promotionitem": [terms | item for item in tree["item"]]}}
    }
    rows = {
        "FLAT": [terms | {"itemcode": item} for item in items],
        "ITEMS": [terms | {"promotionitems": json.dumps(tree)}],
        "GROUPS": [{"groups": json.dumps(group)}],
    }[family]
    told = [head | {"promotionid": code} | row for code in codes for row in rows]
    return write_csv([pl.DataFrame(told)])


@pytest.mark.parametrize("family", ["ITEMS", "GROUPS"])
async def test_a_chain_may_write_a_row_for_each_promotion_instead_of_each_item(
    family: str, chain: Chain, connection: asyncpg.Connection
) -> None:
    prices = prices_csv("PriceFull", [full(Item("1", "9.00"))])
    for told, written, at in ((CODES, "FLAT", "202606010600"), (CODES[1:], family, "202606020600")):
        promoted = promotions(written, told, at)
        outcome = chain.load_files(
            {"price_full_file_alpha.csv": prices, "promo_full_file_alpha.csv": promoted}
        )
        assert (outcome.exit_code, outcome.summary["partialPromotionStores"]) == (0, [])
        found = await connection.fetch(
            "SELECT DISTINCT code FROM promotion WHERE store_keys <> '{}'"
        )
        assert {row["code"] for row in found} == set(told)


@pytest.mark.parametrize(
    ("before", "now", "is_partial"), [(15, 10, True), (10, 6, True), (9, 6, False)]
)
async def test_a_flat_store_is_guarded_from_ten_promotions_on(
    before: int, now: int, is_partial: bool, chain: Chain, connection: asyncpg.Connection
) -> None:
    prices = prices_csv("PriceFull", [full(Item("1", "9.00"))])
    for count, at in ((before, "202606010600"), (now, "202606020600")):
        promoted = promotions("FLAT", CODES[:count], at, items_of_each=10)
        outcome = chain.load_files(
            {"price_full_file_alpha.csv": prices, "promo_full_file_alpha.csv": promoted}
        )
        assert outcome.exit_code == 0
    assert outcome.summary["partialPromotionStores"] == (["alpha:1"] if is_partial else [])
    stand = await connection.fetchval("SELECT count(*) FROM promotion WHERE store_keys <> '{}'")
    assert stand == (before if is_partial else now)
