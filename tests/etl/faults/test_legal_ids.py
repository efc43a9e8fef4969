"""A store code that comes back under the number of another legal entity."""

import asyncpg

from tests.support.loading import run
from tests.support.offers import offers
from tests.support.snapshots import (
    LEGAL_ID,
    Chain,
    Item,
    Promo,
    Xml,
    full,
    prices_csv,
    promotions_csv,
    stores_csv,
)

OTHER = "7290058103393"
HELD_BACK = f"store 1 was published under the ChainId {LEGAL_ID}, and now under {OTHER}"


def day(number: int) -> str:
    return f"2026060{number}0600"


def moved(number: int, price: str) -> list[Xml]:
    return [Xml("1", day(number), [Item("1", price)], legal_id=OTHER)]


def under_other(content: bytes) -> bytes:
    return content.replace(LEGAL_ID.encode(), OTHER.encode())


async def test_a_move_that_was_accepted_is_not_held_back_again(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"))])
    assert chain.load(moved(2, "2.00"), None, "--version", "2").exit_code == 65
    run("accept", "alpha@2", "--database", chain.database)
    assert chain.load(moved(2, "2.00"), None, "--version", "2").exit_code == 0
    outcome = chain.load(moved(3, "3.00"), None, "--version", "3")
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded")
    back = chain.load([full(Item("1", "1.00"), at=day(4))])
    assert back.exit_code == 65
    assert await offers(connection) == {("alpha:1", "alpha:1"): (300, 3)}


async def test_a_stores_file_under_another_legal_id_hides_no_move_and_makes_none(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"))])
    stores = under_other(stores_csv(day(2), [("1", "סניף", "חיפה")]))
    assert chain.load_files({"store_file_alpha.csv": stores}).exit_code == 0
    outcome = chain.load(moved(3, "2.00"))
    assert outcome.exit_code == 65
    assert HELD_BACK in outcome.stderr
    assert chain.load([full(Item("1", "1.50"), at=day(4))]).summary["result"] == "Loaded"
    assert await offers(connection) == {("alpha:1", "alpha:1"): (150, 3)}


async def test_of_two_stores_of_one_number_that_is_described_which_has_the_prices(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    ours = stores_csv(day(1), [("1", "שלנו", "חיפה"), ("2", "ותיק", "אילת")])
    theirs = under_other(stores_csv(day(1), [("1", "שלהם", "לוד"), ("2", "חדש", "לוד")]))
    both = ours + theirs.split(b"\n", 1)[1]
    prices = prices_csv("PriceFull", [full(Item("1", "1.00"), at=day(1))])
    files = {"price_full_file_alpha.csv": prices, "store_file_alpha.csv": both}
    assert chain.load_files(files).exit_code == 0
    told = await connection.fetch("SELECT code, name, legal_id FROM store ORDER BY code")
    assert [tuple(row) for row in told] == [("1", "שלנו", LEGAL_ID), ("2", "חדש", OTHER)]


async def test_promotions_of_another_legal_entity_hold_the_chain_back(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"))])
    promotion = ("1", day(2), [Promo("9", ["1"], "0.50")])
    files = {"promo_full_file_alpha.csv": under_other(promotions_csv("PromoFull", [promotion]))}
    outcome = chain.load_files(files)
    assert outcome.exit_code == 65
    assert HELD_BACK in outcome.stderr
    assert await connection.fetchval("SELECT count(*) FROM promotion") == 0
    later = {
        "price_full_file_alpha.csv": prices_csv("PriceFull", [full(Item("1", "2.00"), at=day(3))])
    }
    assert chain.load_files(later).summary["result"] == "Loaded"


async def test_zeros_before_a_legal_id_make_it_no_other(chain: Chain) -> None:
    chain.load([full(Item("1", "1.00"))])
    padded = Xml("001", "202606020600", [Item("1", "1.00")], legal_id=f"000{LEGAL_ID}")
    assert chain.load([padded]).summary["result"] == "Loaded"
