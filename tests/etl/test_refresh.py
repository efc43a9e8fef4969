"""Versions of a small chain, loaded by the command line."""

from collections.abc import Awaitable, Callable

import asyncpg

from tests.etl.conftest import State
from tests.support.offers import offers, spans
from tests.support.snapshots import Chain, Item, Xml, full, prices_csv, stores_csv

GTIN = "7290004131074"
ReadState = Callable[[], Awaitable[State]]


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
        "SELECT store_id, name, city, city_code, published_city FROM store ORDER BY store_id"
    )
    assert [tuple(row) for row in rows] == [
        ("alpha:1", "הגליל", "ירושלים", "3000", "3000"),
        ("alpha:2", "אונליין", None, None, None),
    ]
    assert await connection.fetchval("SELECT name FROM chain") == "אלפא"


async def test_a_city_is_one_however_its_chain_writes_it(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    written = ['ת"א', "תל אביב - יפו", "5000", "ק.מוצקין", "99999", "099999", "00", "עיר חדשה"]
    stores = [(str(number), "סניף", city) for number, city in enumerate(written, 1)]
    prices = prices_csv("PriceFull", [full(Item("1", "1.00"))])
    chain.load_files(
        {
            "price_full_file_alpha.csv": prices,
            "store_file_alpha.csv": stores_csv("202606010500", stores),
        }
    )
    rows = await connection.fetch(
        "SELECT city, city_code, published_city FROM store ORDER BY code::int"
    )
    assert [tuple(row) for row in rows] == [
        ("תל אביב-יפו", "5000", 'ת"א'),
        ("תל אביב-יפו", "5000", "תל אביב - יפו"),
        ("תל אביב-יפו", "5000", "5000"),
        ("קריית מוצקין", "8200", "ק.מוצקין"),
        (None, "99999", "99999"),
        (None, "99999", "099999"),
        (None, None, "00"),
        ("עיר חדשה", None, "עיר חדשה"),
    ]


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


async def test_the_content_digest_tells_what_is_served_not_what_came_in(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    """Version 2 lists one store in other words, version 3 brings one price back to what it was."""
    milk, bread = Item("7290004131074", "5.90"), Item("12", "9.90")
    chain.load([full(milk, bread), full(milk, store="2")])
    chain.load([full(bread, milk, at="202606020600")])
    chain.load([], [full(milk._replace(price="6.10"), at="202606020900")])
    chain.load([], [full(milk, at="202606021200")])
    rows = await connection.fetch("SELECT digest, content_digest FROM chain_version ORDER BY 1")
    assert len({row["digest"] for row in rows}) == 4
    digests = await connection.fetch("SELECT content_digest FROM chain_version ORDER BY version")
    first, same, other, back = (row[0] for row in digests)
    assert first == same == back != other
