"""Stores that are not published any more: days are counted, and in the end their offers close."""

from datetime import date, timedelta

import asyncpg
import pytest

from superzol_etl.load import unseen as summaries
from superzol_server import unseen as answers
from tests.support.loading import run
from tests.support.offers import offers, spans
from tests.support.snapshots import (
    Chain,
    Item,
    Xml,
    full,
    prices_csv,
    write_snapshot,
)

FIRST_DAY = date(2026, 6, 1)


def on_day(days: int, price: str = "1.00", store: str = "1") -> Xml:
    """A full file of one item, so many days after the first."""
    return full(Item("1", price), store=store, at=f"{FIRST_DAY + timedelta(days):%Y%m%d}0600")


async def days_unseen(connection: asyncpg.Connection) -> dict[str, tuple[int, int | None]]:
    rows = await connection.fetch("SELECT store_id, unseen_days, closed_version FROM store")
    return {row["store_id"]: (row["unseen_days"], row["closed_version"]) for row in rows}


async def test_days_are_counted_between_versions_and_begin_anew_when_a_store_is_seen(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([on_day(0), on_day(0, store="2")])
    chain.load([on_day(13)])
    assert await days_unseen(connection) == {"alpha:1": (0, None), "alpha:2": (13, None)}
    chain.load([on_day(14), on_day(14, store="2")])
    assert await days_unseen(connection) == {"alpha:1": (0, None), "alpha:2": (0, None)}


@pytest.mark.parametrize(("days", "closes"), [(59, False), (60, True)])
async def test_a_dry_run_tells_what_the_publish_after_it_closes(
    chain: Chain, connection: asyncpg.Connection, days: int, closes: bool
) -> None:
    """A store that is not in the files, and those of a chain without files."""
    three = [Item("1", "1.00"), Item("2", "2.00"), Item("3", "3.00")]
    first = [on_day(0), full(*three, store="2", at=f"{FIRST_DAY:%Y%m%d}0500")]
    files = {f"price_full_file_{name}.csv": prices_csv("PriceFull", first) for name in "ab"}
    chain.load_files(files)
    later = {"price_full_file_a.csv": prices_csv("PriceFull", [on_day(days)])}
    told = chain.load_files(later, "--dry-run")
    unseen = [("a:2", 3), ("b:1", 1), ("b:2", 3)] if closes else []
    assert [tuple(each.values()) for each in told.summary["unseenStores"]] == unseen
    before = len(await offers(connection))
    chain.load_files(later)
    assert before - len(await offers(connection)) == sum(closed for _, closed in unseen)


@pytest.mark.parametrize(("days", "closes"), [(59, False), (60, True)])
async def test_offers_close_after_sixty_days_unseen(
    chain: Chain, connection: asyncpg.Connection, days: int, closes: bool
) -> None:
    chain.load([on_day(0), on_day(0, "2.00", store="2")])
    chain.load([on_day(days)])
    still = {("alpha:1", "alpha:2"): (200, 1)}
    assert await offers(connection) == {("alpha:1", "alpha:1"): (100, 1)} | (
        {} if closes else still
    )
    assert await spans(connection) == ([("alpha:1", 200, 1, 2)] if closes else [])
    assert (await days_unseen(connection))["alpha:2"] == (days, 2 if closes else None)
    shelved = await connection.fetch("SELECT store_id FROM shelf JOIN store USING (store_key)")
    assert {row["store_id"] for row in shelved} == (
        {"alpha:1"} if closes else {"alpha:1", "alpha:2"}
    )
    (summary,) = await connection.fetch("SELECT price_max, stores FROM product_stat")
    assert tuple(summary) == (100, 1)


@pytest.mark.parametrize(("days", "prices"), [(13, (100, 150, 200, 2)), (14, (100, 100, 100, 1))])
async def test_summary_counts_a_store_until_it_is_fourteen_days_unseen(
    chain: Chain,
    connection: asyncpg.Connection,
    days: int,
    prices: tuple[int, ...],
) -> None:
    summary = "SELECT price_min, price_avg, price_max, stores FROM product_stat"
    chain.load([on_day(0), on_day(0, "2.00", store="2")])
    chain.load([on_day(days)])
    assert [tuple(row) for row in await connection.fetch(summary)] == [prices]
    chain.load([on_day(days + 1), on_day(days + 1, "2.00", store="2")])
    assert [tuple(row) for row in await connection.fetch(summary)] == [(100, 150, 200, 2)]


async def test_product_of_unseen_stores_alone_has_no_price_left(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    other = Xml("2", f"{FIRST_DAY:%Y%m%d}0600", [Item("2", "2.00")])
    chain.load([on_day(0), other])
    chain.load([on_day(14)])
    summary = """
        SELECT price_min, price_avg, price_max, stores, chains
        FROM product_stat JOIN product USING (product_key) WHERE code = '2'
    """
    assert [tuple(row) for row in await connection.fetch(summary)] == [(None, None, None, 0, 0)]


def test_summaries_and_answers_leave_stores_out_after_as_many_days() -> None:
    assert summaries.LEFT_OUT_DAYS == answers.LEFT_OUT_DAYS


async def test_store_that_comes_back_offers_again(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([on_day(0), on_day(0, "2.00", store="2")])
    chain.load([on_day(70)])
    chain.load([on_day(71), on_day(71, "2.00", store="2")])
    assert await offers(connection) == {
        ("alpha:1", "alpha:1"): (100, 1),
        ("alpha:1", "alpha:2"): (200, 3),
    }
    assert (await days_unseen(connection))["alpha:2"] == (0, None)


async def test_closing_again_changes_nothing(chain: Chain, connection: asyncpg.Connection) -> None:
    chain.load([on_day(0), on_day(0, "2.00", store="2")])
    chain.load([on_day(60)])
    chain.load([on_day(61)])
    assert await spans(connection) == [("alpha:1", 200, 1, 2)]
    assert (await days_unseen(connection))["alpha:2"] == (61, 2)


async def test_chain_without_files_closes_too(chain: Chain, connection: asyncpg.Connection) -> None:
    both = {
        "price_full_file_alpha.csv": prices_csv("PriceFull", [on_day(0)]),
        "price_full_file_beta.csv": prices_csv("PriceFull", [on_day(0, "3.00")]),
    }
    chain.load_files(both)
    chain.load([on_day(60)])
    assert await offers(connection) == {("alpha:1", "alpha:1"): (100, 1)}
    assert await spans(connection) == [("beta:1", 300, 1, 2)]


async def test_offers_closed_count_among_the_changes_of_the_version(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([on_day(0), on_day(0, "2.00", store="2")])
    chain.load([on_day(60)])
    changed = await connection.fetchval("SELECT changed FROM chain_version WHERE version = 2")
    assert changed == 1


async def test_a_chain_without_files_for_sixty_days_is_retired_until_it_comes_back(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    async def retired() -> list[str]:
        rows = await connection.fetch("SELECT chain_id FROM chain WHERE retired")
        return [row["chain_id"] for row in rows]

    def files(days: int, *slugs: str) -> dict[str, bytes]:
        content = prices_csv("PriceFull", [on_day(days)])
        return {f"price_full_file_{slug}.csv": content for slug in slugs}

    chain.load_files(files(0, "alpha", "beta"))
    chain.load_files(files(59, "alpha"))
    assert await retired() == []
    chain.load_files(files(60, "alpha"))
    assert await retired() == ["beta"]
    chain.load_files(files(61, "alpha", "beta"))
    assert await retired() == []


async def test_one_file_of_the_far_future_makes_no_store_look_unseen(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    files = {f"price_full_file_{name}.csv": [on_day(0)] for name in ("alpha", "beta", "gamma")}
    chain.load_files({name: prices_csv("PriceFull", xmls) for name, xmls in files.items()})
    files = {name: [on_day(1)] for name in files}
    files["price_full_file_beta.csv"] = [full(Item("1", "1.00"), store="2", at="209901010600")]
    chain.load_files({name: prices_csv("PriceFull", xmls) for name, xmls in files.items()})
    day = await connection.fetchval("SELECT day FROM dataset_version WHERE version = 2")
    assert day == FIRST_DAY + timedelta(days=1)
    assert (await days_unseen(connection))["beta:1"] == (1, None)


async def test_an_older_version_published_late_closes_no_offer_before_it_began(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([on_day(0), on_day(0, store="2")])
    files = {"price_full_file_alpha.csv": prices_csv("PriceFull", [on_day(1)])}
    older = write_snapshot(chain.folder / "older", files)
    done = run("load", "--database", chain.database, "--source", str(older), "--version", "2")
    assert done.exit_code == 0, done.stderr
    chain.load([on_day(2), on_day(2, "2.00", store="2")], [], "--version", "3")
    chain.load([on_day(3)], [], "--version", "4")
    # What is left of a publish that was killed when it had counted two months.
    await connection.execute("UPDATE dataset_version SET day = day + 70 WHERE version = 4")
    done = run("publish", "--database", chain.database, "--version", "2")
    assert (done.exit_code, done.summary["result"]) == (0, "Published"), done.stderr
    assert await spans(connection) == [("alpha:1", 100, 1, 3), ("alpha:1", 200, 3, 4)]
