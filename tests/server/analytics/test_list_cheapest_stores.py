"""ListCheapestStores: by category and by basket, as random markets tell."""

from fractions import Fraction
from random import Random
from typing import Any

import asyncpg
import pytest
from grpc import StatusCode

from superzol.analytics.v1.analytics_pb2 import (
    CheapStore,
    ListCheapestStoresRequest,
    ListCheapestStoresResponse,
)
from superzol.analytics.v1.basket_pb2 import BasketItem
from tests.support.basket_oracle import first_refused, price_lines
from tests.support.catalogue import Offer, Product, Store, fill
from tests.support.clients import AnalyticsClient
from tests.support.random_market import CHAINS, GTINS, make_market
from tests.support.server import refusal
from tests.support.tables import Tables, read_tables

CATEGORIES = ("dairy.milk", "dairy.cheese", "bakery.bread")
ASKED = (*CATEGORIES, "dairy", "bakery")
UNKNOWN = "7290000000015"
HAIFA = "חיפה"


async def categorise(connection: asyncpg.Connection, dice: Random) -> None:
    """Gives the products of a market categories at random, on the shelves too."""
    await fill(
        connection,
        *(
            Product(f"alpha:9{number}", "נתון", category_id=category_id)
            for number, category_id in enumerate(CATEGORIES)
        ),
    )
    keys = [
        row[0]
        for row in await connection.fetch(
            "SELECT category_key FROM category WHERE category_id <> department_id"
        )
    ]
    for row in await connection.fetch("SELECT product_key FROM product"):
        await connection.execute(
            "UPDATE product SET category_key = $2 WHERE product_key = $1",
            row["product_key"], dice.choice([None, *keys]),
        )  # fmt: skip
    await connection.execute("DELETE FROM shelf_move")
    await fill(connection)
    # Publish moves some to another category: their shelves follow with the next load.
    for row in await connection.fetch("SELECT product_key, category_key FROM product"):
        if dice.random() < 0.3:
            await connection.execute(
                "INSERT INTO shelf_move SELECT chain_key, $1, $2 FROM offer_pack"
                " WHERE product_key = $1",
                row["product_key"], row["category_key"] or 0,
            )  # fmt: skip
            await connection.execute(
                "UPDATE product SET category_key = $2 WHERE product_key = $1",
                row["product_key"], dice.choice(keys),
            )  # fmt: skip


def goods_of(tables: Tables, category_id: str) -> dict[str, str]:
    """One of each product of a category or department."""
    keys = {
        row["category_key"]
        for row in tables["category"]
        if category_id in (row["category_id"], row["department_id"])
    }
    return {row["product_id"]: "1" for row in tables["product"] if row["category_key"] in keys}


def stores_of(tables: Tables, request: ListCheapestStoresRequest) -> list[dict[str, Any]]:
    """The stores of the scope."""
    return [
        store
        for store in tables["store"]
        if (not request.chain_ids or store["store_id"].split(":")[0] in request.chain_ids)
        and (not request.city or store["city"] == request.city)
    ]


def sold_in(
    tables: Tables, request: ListCheapestStoresRequest, items: dict[str, str]
) -> dict[str, dict[str, int]]:
    """The total of each item in each store of the scope."""
    return {
        store["store_id"]: {
            line.product_id: line.total for line in price_lines(tables, store, items, None)
        }
        for store in stores_of(tables, request)
    }


def means_of(sold: dict[str, dict[str, int]], items: dict[str, str]) -> dict[str, int]:
    """The mean of each item that at least two stores sell, a half rounded up."""
    totals = {item: [found[item] for found in sold.values() if item in found] for item in items}
    return {
        item: int(Fraction(2 * sum(found) + len(found), 2 * len(found)))
        for item, found in totals.items()
        if len(found) > 1
    }


def expected(
    tables: Tables, request: ListCheapestStoresRequest, items: dict[str, str]
) -> ListCheapestStoresResponse:
    """The answer worked out store by store and item by item."""
    sold = sold_in(tables, request, items)
    means = means_of(sold, items)
    least = request.min_coverage if request.HasField("min_coverage") else 0.5
    ranked, left_out = [], 0
    for store_id, found in sold.items():
        matched = [item for item in found if item in means]
        if matched and len(matched) < least * len(means):
            left_out += 1
        elif matched:
            total, mean = sum(found[i] for i in matched), sum(means[i] for i in matched)
            ranked.append((Fraction(total, mean), -len(matched), store_id, total, mean))
    stores = [
        CheapStore(
            store_id=store_id, chain_id=store_id.split(":")[0], price_ratio=float(ratio),
            total_agorot=total, mean_total_agorot=mean, matched_count=-count,
            coverage=-count / len(means),
        )
        for ratio, count, store_id, total, mean in sorted(ranked)
    ]  # fmt: skip
    known = {row["product_id"] for row in tables["product"]}
    return ListCheapestStoresResponse(
        stores=stores,
        matched_product_count=len(means),
        store_count=len(stores),
        left_out_store_count=left_out,
        unknown_product_ids=[] if request.category_id else [i for i in items if i not in known],
    )


def ask_at_random(dice: Random, tables: Tables) -> tuple[ListCheapestStoresRequest, dict[str, str]]:
    """A request, and the quantities of its items as they are written."""
    request = ListCheapestStoresRequest(max_store_count=1000)
    request.chain_ids.extend(dice.sample(CHAINS, dice.randint(0, 3)))
    request.city = dice.choice([store["city"] for store in tables["store"]]) or ""
    if not request.chain_ids and not request.city:
        request.chain_ids.append("beta")
    if dice.random() < 0.5:
        request.min_coverage = dice.choice((0, 0.3, 0.5, 1))
    items: dict[str, str] = {}
    if dice.random() < 0.5:
        request.category_id = dice.choice(ASKED)
        return request, items
    products = [*GTINS, UNKNOWN, "alpha:12"]
    for product_id in dice.sample(products, dice.randint(1, len(products))):
        items[product_id] = dice.choice(("1", "2", "0.35"))
        request.items.add(product_id=product_id, quantity=float(items[product_id]))
    return request, items


@pytest.mark.parametrize("seed", range(5))
async def test_stores_rank_as_the_tables_tell(
    analytics: AnalyticsClient, connection: asyncpg.Connection, seed: int
) -> None:
    dice = Random(seed)
    await make_market(connection, seed)
    await categorise(connection, dice)
    tables = await read_tables(connection)
    ranked = 0
    for _ in range(40):
        request, items = ask_at_random(dice, tables)
        place = first_refused(tables, stores_of(tables, request), items)
        if place is not None:
            said = await refusal(analytics.ListCheapestStores(request))
            assert (said.reason, said.fields) == (
                "QUANTITY_NOT_WHOLE",
                [f"items[{place}].quantity"],
            )
            continue
        answer = await analytics.ListCheapestStores(request)
        for store in answer.stores:
            store.ClearField("observed_time")
        goods = goods_of(tables, request.category_id) if request.category_id else items
        assert answer == expected(tables, request, goods)
        ranked += len(answer.stores)
    assert ranked > 10


MILK, BREAD = "7290004131074", "7290000066318"


@pytest.fixture
async def shelves(connection: asyncpg.Connection) -> None:
    await fill(
        connection,
        *(Store(f"alpha:{code}", city=HAIFA) for code in (1, 2, 3)),
        Product(MILK, "חלב", category_id="dairy.milk"),
        Product(BREAD, "לחם", category_id="bakery.bread"),
        *(Offer(MILK, f"alpha:{code}", 500 + 100 * code) for code in (1, 2, 3)),
        Offer(BREAD, "alpha:3", 100),
    )


@pytest.mark.usefixtures("shelves")
async def test_mean_is_over_all_stores_however_few_are_answered(analytics: AnalyticsClient) -> None:
    request = ListCheapestStoresRequest(category_id="dairy", city=HAIFA, max_store_count=1)
    answer = await analytics.ListCheapestStores(request)
    (store,) = answer.stores
    assert (store.store_id, store.total_agorot, store.mean_total_agorot) == ("alpha:1", 600, 700)
    assert answer.store_count == 3


@pytest.mark.usefixtures("shelves")
async def test_product_that_one_store_alone_sells_does_not_count(
    analytics: AnalyticsClient,
) -> None:
    items = [BasketItem(product_id=MILK), BasketItem(product_id=BREAD)]
    request = ListCheapestStoresRequest(items=items, chain_ids=["alpha"])
    answer = await analytics.ListCheapestStores(request)
    assert answer.matched_product_count == 1
    assert [store.store_id for store in answer.stores] == ["alpha:1", "alpha:2", "alpha:3"]


@pytest.mark.usefixtures("shelves")
@pytest.mark.parametrize("goods", [{"category_id": "dairy"}, {"items": [{"product_id": MILK}]}])
async def test_store_unseen_for_14_days_is_left_out_unless_asked_for(
    analytics: AnalyticsClient, connection: asyncpg.Connection, goods: dict[str, object]
) -> None:
    await connection.execute("UPDATE store SET unseen_days = 14 WHERE store_id = 'alpha:1'")
    request = ListCheapestStoresRequest(city=HAIFA, **goods)  # type: ignore[arg-type]  # fields vary
    answer = await analytics.ListCheapestStores(request)
    assert [store.mean_total_agorot for store in answer.stores] == [750, 750]
    request.include_unseen_stores = True
    assert (await analytics.ListCheapestStores(request)).store_count == 3


@pytest.mark.usefixtures("shelves")
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"category_id": "toys", "city": HAIFA}, "CATEGORY_NOT_FOUND"),
        ({"category_id": "dairy", "city": "אטלנטיס"}, "CITY_NOT_FOUND"),
        ({"category_id": "dairy", "chain_ids": ["nowhere"]}, "CHAIN_NOT_FOUND"),
        ({"items": [{"product_id": MILK}], "chain_ids": ["nowhere"]}, "CHAIN_NOT_FOUND"),
    ],
    ids=str,
)
async def test_what_is_not_known_is_named(
    analytics: AnalyticsClient, fields: dict[str, object], reason: str
) -> None:
    request = ListCheapestStoresRequest(**fields)  # type: ignore[arg-type]  # fields vary
    said = await refusal(analytics.ListCheapestStores(request))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, reason)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"city": HAIFA}, "category_id"),
        ({"city": HAIFA, "category_id": "dairy", "items": [{}]}, "category_id"),
        ({"category_id": "dairy"}, "chain_ids"),
        ({"city": HAIFA, "items": [{"product_id": "milk"}]}, "items[0].product_id"),
        ({"city": HAIFA, "category_id": "dairy", "min_coverage": 1.1}, "min_coverage"),
        ({"city": HAIFA, "category_id": "dairy", "min_coverage": float("nan")}, "min_coverage"),
        ({"city": HAIFA, "category_id": "dairy", "max_store_count": -1}, "max_store_count"),
    ],
    ids=str,
)
async def test_wrong_field_is_named(
    analytics: AnalyticsClient, fields: dict[str, object], field: str
) -> None:
    request = ListCheapestStoresRequest(**fields)  # type: ignore[arg-type]  # fields vary
    said = await refusal(analytics.ListCheapestStores(request))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, [field])
