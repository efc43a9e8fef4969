"""Loading promotions: full files replace, deltas change, and what did not change is not written."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from tests.support.snapshots import (
    Item,
    Promo,
    Xml,
    prices_csv,
    promotions_csv,
    refresh,
    write_snapshot,
)

MILK, CHEESE, OTHER = "7290004131074", "7290000066318", "7290000066325"
PRICES = prices_csv(
    "PriceFull",
    [Xml(store, "202606010600", [Item(MILK, "6.20"), Item("12", "1.00")]) for store in "12"],
)
TOLD = """
    SELECT promotion.promotion_id || ' ' || store.store_id AS told, reward_price, told.since
    FROM promotion
    CROSS JOIN LATERAL unnest(promotion.store_keys, promotion.since) AS told (store_key, since)
    JOIN store USING (store_key)
    ORDER BY 1, 2
"""

Files = dict[str, bytes]
Load = Callable[[int, Files], None]


def full(*xmls: tuple[str, str, list[Promo]]) -> Files:
    promotions = promotions_csv("PromoFull", xmls)
    return {"price_full_file_alpha.csv": PRICES, "promo_full_file_alpha.csv": promotions}


@pytest.fixture
def load(database: str, tmp_path: Path) -> Load:
    def load(version: int, files: Files) -> None:
        folder = write_snapshot(tmp_path / str(version), files)
        outcome = refresh(database, folder, "--version", str(version))
        assert outcome.exit_code == 0, outcome.stderr

    return load


async def told(connection: asyncpg.Connection) -> list[tuple[str, int, int]]:
    return [tuple(row) for row in await connection.fetch(TOLD)]


async def written(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    return await connection.fetch("SELECT promotion_key, xmin FROM promotion ORDER BY 1")


A, B = Promo("001", [MILK], "5.00"), Promo("2", [MILK, "12"], "10.00", "3.00")


async def test_one_body_is_stored_once_for_all_its_stores(
    load: Load, connection: asyncpg.Connection
) -> None:
    load(1, full(("1", "202606010600", [A, B]), ("2", "202606010600", [A])))
    assert await connection.fetchval("SELECT count(*) FROM promotion") == 2
    assert await told(connection) == [
        ("alpha:1 alpha:1", 500, 1),
        ("alpha:1 alpha:2", 500, 1),
        ("alpha:2 alpha:1", 1000, 1),
    ]
    turned = await connection.fetch(
        "SELECT product_id, cardinality(promotion_keys) FROM promotion_of_product"
        " JOIN product USING (product_key) ORDER BY 1"
    )
    assert [tuple(row) for row in turned] == [(MILK, 2), ("alpha:12", 1)]


async def test_full_file_ends_what_it_leaves_out(
    load: Load, connection: asyncpg.Connection
) -> None:
    load(1, full(("1", "202606010600", [A, B]), ("2", "202606010600", [A])))
    load(2, full(("1", "202606020600", [B])))
    assert await told(connection) == [("alpha:1 alpha:2", 500, 1), ("alpha:2 alpha:1", 1000, 1)]


async def past(connection: asyncpg.Connection) -> list[tuple[str, str, int, int]]:
    """Promotion, store, first version and the version in which the store stopped telling it."""
    rows = await connection.fetch(
        "SELECT promotion_id, store_id, gone.valid_from, valid_to"
        " FROM promotion_span AS span JOIN promotion USING (promotion_key)"
        " CROSS JOIN LATERAL unnest(span.store_keys, span.valid_from)"
        " AS gone (store_key, valid_from) JOIN store USING (store_key) ORDER BY 1, 2, 4"
    )
    return [tuple(row) for row in rows]


async def test_promotion_that_ends_and_comes_back_keeps_its_past(
    load: Load, connection: asyncpg.Connection
) -> None:
    load(1, full(("1", "202606010600", [A, B]), ("2", "202606010600", [A])))
    load(2, full(("1", "202606020600", [B])))
    load(3, full(("2", "202606030600", [B])))
    ended = "SELECT promotion_id, ended_version FROM promotion ORDER BY 1"
    assert [tuple(row) for row in await connection.fetch(ended)] == [
        ("alpha:1", 3),
        ("alpha:2", None),
    ]
    assert await past(connection) == [("alpha:1", "alpha:1", 1, 2), ("alpha:1", "alpha:2", 1, 3)]
    turned = "SELECT sum(cardinality(promotion_keys)) FROM promotion_of_product"
    assert await connection.fetchval(turned) == 2
    load(4, full(("1", "202606040600", [A])))
    assert await told(connection) == [("alpha:1 alpha:1", 500, 4), ("alpha:2 alpha:2", 1000, 3)]
    assert await past(connection) == [
        ("alpha:1", "alpha:1", 1, 2),
        ("alpha:1", "alpha:2", 1, 3),
        ("alpha:2", "alpha:1", 1, 4),
    ]
    assert await connection.fetchval(turned) == 3


async def test_delta_adds_and_replaces_by_promotion_id(
    load: Load, connection: asyncpg.Connection
) -> None:
    load(1, full(("1", "202606010600", [A, B])))
    changed = [Promo("1", [MILK], "4.00"), Promo("3", [MILK], "3.00")]
    delta = promotions_csv("Promo", [("1", "202606020600", changed)])
    load(2, {"price_full_file_alpha.csv": PRICES, "promo_file_alpha.csv": delta})
    assert await told(connection) == [
        ("alpha:1 alpha:1", 400, 2),
        ("alpha:2 alpha:1", 1000, 1),
        ("alpha:3 alpha:1", 300, 2),
    ]


async def test_the_first_full_file_of_a_store_is_noted(
    load: Load, connection: asyncpg.Connection
) -> None:
    first = "SELECT first_full_version FROM promotion_sighting"
    delta = promotions_csv("Promo", [("1", "202606010600", [A])])
    load(1, {"price_full_file_alpha.csv": PRICES, "promo_file_alpha.csv": delta})
    assert await connection.fetchval(first) is None
    load(2, full(("1", "202606020600", [A])))
    load(3, full(("1", "202606030600", [A, B])))
    assert await connection.fetchval(first) == 2


async def test_same_promotions_again_write_nothing(
    load: Load, connection: asyncpg.Connection
) -> None:
    load(1, full(("1", "202606010600", [A, B]), ("2", "202606010600", [A])))
    before = await written(connection)
    load(2, full(("1", "202606020600", [A, B]), ("2", "202606020600", [A])))
    assert await written(connection) == before


async def test_product_that_comes_later_is_found_later(
    load: Load, connection: asyncpg.Connection
) -> None:
    promotion = Promo("1", [MILK, CHEESE], "5.00")
    load(1, full(("1", "202606010600", [promotion])))
    count = "SELECT cardinality(product_keys) FROM promotion"
    assert await connection.fetchval(count) == 1
    sold = prices_csv("Price", [Xml("1", "202606020600", [Item(CHEESE, "9.00")])])
    load(2, full(("1", "202606020600", [promotion])) | {"price_file_alpha.csv": sold})
    assert await connection.fetchval(count) == 2
    assert await told(connection) == [("alpha:1 alpha:1", 500, 1)]


async def test_report_of_a_promotion_file_adds_up(
    load: Load, connection: asyncpg.Connection
) -> None:
    files = full(("1", "202606010600", [A, B, A]))
    nameless = files["promo_full_file_alpha.csv"].replace(b",001,", b",,", 1)
    load(1, files | {"promo_full_file_alpha.csv": nameless})
    rows = await connection.fetch(
        "SELECT state, rows, loaded, superseded, rejected FROM file_report"
        " WHERE file = 'promo_full_file_alpha.csv'"
    )
    assert [tuple(row) for row in rows] == [("loaded", 3, 2, 0, 1)]


async def test_bad_promotion_file_does_not_hold_prices_back(
    load: Load, connection: asyncpg.Connection
) -> None:
    load(1, full(("1", "202606010600", [A])))
    bad = b"found_folder,file_name,storeid\nx,PromoFull1-1-202606020600.xml,1\n"
    load(2, {"price_full_file_alpha.csv": PRICES, "promo_full_file_alpha.csv": bad})
    assert await told(connection) == [("alpha:1 alpha:1", 500, 1)]
    assert (
        await connection.fetchval("SELECT state FROM chain_version WHERE version = 2") == "loaded"
    )


async def test_what_a_promotion_is_for_does_not_depend_on_which_chain_came_first(
    load: Load, connection: asyncpg.Connection
) -> None:
    """Another chain's good counts once a version with it is published."""
    first, second = [("1", "20260601060" + str(number), [A]) for number in (0, 1)]
    for_what = "SELECT promotion_id, cardinality(product_keys) FROM promotion ORDER BY 1"

    async def counted() -> list[tuple[str, int]]:
        return [tuple(row) for row in await connection.fetch(for_what)]

    beta = {"promo_full_file_beta.csv": promotions_csv("PromoFull", [first])}
    load(1, {"price_full_file_alpha.csv": PRICES} | beta)
    assert await counted() == [("beta:1", 0)]
    gamma = {"promo_full_file_gamma.csv": promotions_csv("PromoFull", [first])}
    beta = {"promo_full_file_beta.csv": promotions_csv("PromoFull", [second])}
    load(2, beta | gamma | {"price_full_file_delta.csv": PRICES})
    assert await counted() == [("beta:1", 1), ("gamma:1", 1)]


LINKED = """
    SELECT promotion_id, cardinality(product_keys), unlinked_codes,
           (SELECT count(*) FROM promotion_of_product WHERE promotion_key = ANY (promotion_keys))
    FROM promotion
    ORDER BY 1
"""


async def test_good_that_a_delta_tells_after_its_promotion_is_linked_to_it(
    load: Load, connection: asyncpg.Connection
) -> None:
    async def linked() -> list[tuple[str, int, list[str], int]]:
        return [tuple(row) for row in await connection.fetch(LINKED)]

    load(1, full(("1", "202606010600", [Promo("1", [MILK, CHEESE, OTHER], "5.00"), B])))
    assert await linked() == [("alpha:1", 1, [CHEESE, OTHER], 1), ("alpha:2", 2, [], 2)]
    sold = prices_csv("Price", [Xml("1", "202606020600", [Item(CHEESE, "9.00")])])
    load(2, {"price_file_alpha.csv": sold})
    assert await linked() == [("alpha:1", 2, [OTHER], 2), ("alpha:2", 2, [], 2)]
    before = await written(connection)
    load(3, {"price_file_alpha.csv": sold.replace(b"20260602", b"20260603")})
    assert await written(connection) == before
    # What is told again in the same words has nothing more to link.
    again = full(("1", "202606040600", [Promo("1", [MILK, CHEESE, OTHER], "5.00"), B]))
    load(4, again)
    assert await written(connection) == before


async def test_ended_promotion_is_linked_to_no_good_that_comes_after_its_end(
    load: Load, connection: asyncpg.Connection
) -> None:
    load(1, full(("1", "202606010600", [Promo("1", [MILK, CHEESE], "5.00"), B])))
    load(2, full(("1", "202606020600", [B])))
    sold = prices_csv("Price", [Xml("1", "202606030600", [Item(CHEESE, "9.00")])])
    load(3, {"price_file_alpha.csv": sold})
    assert [tuple(row)[:3] for row in await connection.fetch(LINKED)] == [
        ("alpha:1", 1, [CHEESE]),
        ("alpha:2", 2, []),
    ]
