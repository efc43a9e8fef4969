"""A chain that a gate holds back keeps its last good version until a person accepts its files."""

import asyncpg
import pytest

from tests.support.loading import run
from tests.support.offers import offers
from tests.support.snapshots import Chain, Item, Outcome, Promo, Xml, full, prices_csv
from tests.support.snapshots import promotions_csv as promotions

ROWS = 1200


def items(count: int = ROWS, factor: float = 1) -> list[Item]:
    return [Item(str(code), f"{code * factor:.2f}") for code in range(1, count + 1)]


def day(number: int) -> str:
    return f"202606{number:02}0600"


def accept(chain: Chain, what: str, *options: str) -> Outcome:
    return run("accept", what, "--database", chain.database, "--by", "dana", *options)


async def test_a_chain_with_a_third_fewer_rows_is_held_back_and_served_as_it_was(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*items()), full(*items(), store="2")])
    before = await offers(connection)
    files = {"price_full_file_alpha.csv": prices_csv("PriceFull", [full(*items(), at=day(2))])}
    files["price_full_file_beta.csv"] = prices_csv("PriceFull", [full(Item("1", "1.00"))])
    outcome = chain.load_files(files)
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Partial")
    assert outcome.summary["heldBack"] == ["alpha"]
    assert "1200 rows, 50.0 % fewer than the 2400 of version 1" in str(outcome.summary["problems"])
    found = await offers(connection)
    assert {key: value for key, value in found.items() if key[1].startswith("alpha")} == before
    held_by = await connection.fetch("SELECT held_by FROM chain_version WHERE state = 'held_back'")
    assert [row["held_by"] for row in held_by] == [["rows"]]


async def test_accepted_files_are_loaded_and_others_of_that_version_are_judged_anew(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*items())])
    shrunk = [full(*items(500), at=day(2))]
    assert chain.load(shrunk, None, "--version", "2").exit_code == 65
    accepted = accept(chain, "alpha@2")
    assert (accepted.exit_code, accepted.summary["result"]) == (0, "Accepted")
    other = [full(*items(400), at=day(2))]
    assert chain.load(other, None, "--version", "2").exit_code == 65
    assert accept(chain, "alpha@2").summary["result"] == "Accepted"
    loaded = chain.load(other, None, "--version", "2")
    assert (loaded.exit_code, loaded.summary["result"]) == (0, "Loaded")
    trail = await connection.fetch(
        "SELECT decided_by, version, database_user = session_user AS mine FROM etl_decision"
    )
    assert [tuple(row) for row in trail] == [("dana", 2, True), ("dana", 2, True)]
    assert accept(chain, "alpha@2").summary["result"] == "Unchanged"


async def test_an_accepted_chain_reopens_its_version_and_its_names_are_merged(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    beta = {"price_full_file_beta.csv": prices_csv("PriceFull", [full(Item("1", "1.00"))])}
    first = [full(*items())]
    chain.load_files(beta | {"price_full_file_alpha.csv": prices_csv("PriceFull", first)})
    named = full(Item("7290004131074", "6.20", "חלב תנובה 3%"), *items(500), at=day(2))
    files = beta | {"price_full_file_alpha.csv": prices_csv("PriceFull", [named])}
    assert chain.load_files(files).summary["heldBack"] == ["alpha"]
    closed = "SELECT closed_at IS NOT NULL FROM dataset_version WHERE version = 2"
    assert await connection.fetchval(closed)
    accept(chain, "alpha@2")
    assert chain.load_files(files).summary["heldBack"] == []
    assert await connection.fetchval(closed)
    summary = "SELECT stores FROM product_stat JOIN product USING (product_key) WHERE code = $1"
    assert await connection.fetchval(summary, "7290004131074") == 1


async def test_prices_in_agorot_instead_of_shekels_hold_a_chain_back(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*items())])
    before = await offers(connection)
    outcome = chain.load([full(*items(factor=100), at=day(2))])
    assert outcome.exit_code == 65
    assert "1200 of 1200 prices grow or shrink 3 times or more, 100.0 %" in outcome.stderr
    assert await offers(connection) == before
    assert await connection.fetchval("SELECT count(*) FROM price_span") == 0


async def test_who_accepts_lost_rows_is_told_of_the_prices_that_jump_in_them_too(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*(Item(str(code), "10.00") for code in range(1, 2001)))])
    cheap = [Item(str(code), "0.10") for code in range(1, 1201)]
    held = chain.load([full(*cheap, at="202606020600")])
    assert held.exit_code == 65
    accepted = run("accept", "alpha@2", "--database", chain.database)
    assert accepted.summary["gates"] == ["rows", "jumps"]
    audited = await connection.fetchval("SELECT detail FROM etl_decision")
    assert "1200 of 1200 prices grow or shrink" in audited


async def test_a_twentieth_of_refused_rows_holds_a_chain_back(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    free = [Item(str(code), "free") for code in range(2000, 2100)]
    outcome = chain.load([full(*items(), *free)])
    assert outcome.exit_code == 65
    assert "100 of its 1300 price rows were refused, 7.7 % (at most 5 %)" in outcome.stderr
    assert await connection.fetchval("SELECT count(*) FROM reject") == 100


async def test_a_chain_held_back_is_tried_again_when_a_threshold_changes(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.load([full(*items())])
    shrunk = [full(*items(500), at=day(2))]
    assert chain.load(shrunk, None, "--version", "2").exit_code == 65
    monkeypatch.setenv("SUPERZOL_GATE_MAX_SHRINK_PERCENT", "60")
    assert chain.load(shrunk, None, "--version", "2").summary["result"] == "Loaded"
    monkeypatch.setenv("SUPERZOL_GATE_MAX_SHRINK_PERCENT", "much")
    wrong = chain.load(shrunk)
    assert wrong.exit_code == 78
    assert "SUPERZOL_GATE_MAX_SHRINK_PERCENT=much" in wrong.stderr


async def test_a_store_that_comes_under_another_legal_id_is_held_back_until_accepted(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"))])
    moved = [Xml("1", day(2), [Item("1", "2.00")], legal_id="7290058103393")]
    outcome = chain.load(moved, None, "--version", "2")
    assert outcome.exit_code == 65
    assert "store 1 was published under the ChainId 7290000000015, and now under 7290058103393" in (
        outcome.stderr
    )
    assert (await offers(connection))["alpha:1", "alpha:1"] == (100, 1)
    accept(chain, "alpha@2")
    assert chain.load(moved, None, "--version", "2").exit_code == 0
    assert (await offers(connection))["alpha:1", "alpha:1"] == (200, 2)


async def test_what_no_load_can_take_any_more_is_not_accepted(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(*items())])
    chain.load([full(*items(500), at=day(2))], None, "--version", "2")
    chain.load([full(*items(), at=day(3))], None, "--version", "3")
    late = accept(chain, "alpha@2")
    assert late.exit_code == 65
    assert "cannot be loaded any more, as version 3 is" in late.stderr
    assert await connection.fetchval("SELECT count(*) FROM etl_decision") == 0


async def test_a_first_version_that_was_held_back_is_accepted_for_a_backfill(
    chain: Chain,
) -> None:
    free = [Item(str(code), "free") for code in range(2000, 2100)]
    chain.load([full(*items(), *free)], None, "--version", "1")
    held = chain.folder / str(chain.count)
    assert chain.load([full(*items(), at=day(2))], None, "--version", "2").exit_code == 0
    assert accept(chain, "alpha@1").summary["result"] == "Accepted"
    done = run("backfill", f"1={held}", "--database", chain.database)
    assert (done.exit_code, done.summary["chainVersions"]) == (0, 1), done.stderr


def test_what_no_gate_held_back_cannot_be_accepted(chain: Chain) -> None:
    chain.load([full(Item("1", "free"))], None, "--version", "3")
    bad = accept(chain, "alpha@3")
    assert bad.exit_code == 65
    assert "held back by its files, not by a gate" in bad.stderr
    assert accept(chain, "alpha@4").exit_code == 66
    assert accept(chain, "alpha").exit_code == 64


async def test_a_chain_of_another_dataset_is_accepted_for_that_one_only(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    other = ["--dataset", "other"]
    chain.load([full(*items())], None, *other)
    assert (
        chain.load([full(*items(500), at=day(2))], None, "--version", "2", *other).exit_code == 65
    )
    refused = accept(chain, "alpha@2")
    assert refused.exit_code == 66
    assert "is one of dataset other, not of israeli-supermarkets" in refused.stderr
    assert await connection.fetchval("SELECT count(*) FROM etl_decision") == 0
    assert accept(chain, "alpha@2", *other).summary["dataset"] == "other"


async def test_a_full_promotion_file_cut_to_a_tenth_ends_none_and_is_flagged(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    prices = prices_csv("PriceFull", [full(*items(40))])
    many = [Promo(str(code), [str(code)], "0.50") for code in range(1, 41)]

    def load(at: str, count: int) -> Outcome:
        told = promotions("PromoFull", [("1", at, many[:count])])
        return chain.load_files(
            {"price_full_file_alpha.csv": prices, "promo_full_file_alpha.csv": told}
        )

    told_now = "SELECT count(*) FROM promotion WHERE cardinality(store_keys) > 0"
    load(day(1), 40)
    outcome = load(day(2), 4)
    assert outcome.summary["partialPromotionStores"] == ["alpha:1"]
    assert await connection.fetchval(told_now) == 40
    assert load(day(3), 30).summary["partialPromotionStores"] == []
    assert await connection.fetchval(told_now) == 30


async def test_a_dataset_of_another_owner_is_a_conflict_until_it_is_taken_over(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    xmls = [full(Item("1", "1.00"))]
    assert chain.load(xmls, None, "--owner", "shop/a").exit_code == 0
    for options in (["--owner", "shop/b"], []):
        refused = chain.load(xmls, None, *options)
        assert (refused.exit_code, refused.summary["reason"]) == (78, "TargetConflict")
        assert "belongs to shop/a" in refused.stderr
    taken = run(
        "takeover", "--database", chain.database, "--owner", "shop/b", "--by", "dana"
    ).summary
    assert (taken["result"], taken["changed"]) == (
        "TakenOver", ["dataset from shop/a to shop/b"],
    )  # fmt: skip
    assert chain.load(xmls, None, "--owner", "shop/b").exit_code == 0
    assert await connection.fetchval("SELECT detail FROM etl_decision") == taken["changed"][0]


async def test_a_chain_of_another_dataset_is_a_conflict_until_it_is_taken_over(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    xmls = [full(Item("1", "1.00"))]
    chain.load(xmls)
    beta = {"price_full_file_beta.csv": prices_csv("PriceFull", xmls)}
    other = ["--dataset", "other"]
    assert chain.load_files(beta, *other).exit_code == 0
    refused = chain.load(xmls, None, *other)
    assert (refused.exit_code, refused.summary["reason"]) == (78, "TargetConflict")
    given = ["--database", chain.database, *other, "--chain", "alpha"]
    assert run("takeover", *given).summary["result"] == "TakenOver"
    assert run("takeover", *given).summary["result"] == "Unchanged"
    later = [full(Item("1", "2.00"), at=day(2))]
    assert chain.load(later, None, *other).exit_code == 0
    assert (await offers(connection))["alpha:1", "alpha:1"] == (200, 2)
