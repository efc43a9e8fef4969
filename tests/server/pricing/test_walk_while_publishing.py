"""A walk by identifier sees every price that is there throughout once, whatever is published."""

import asyncio
from collections import Counter
from typing import NamedTuple

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superzol.pricing.v1.pricing_pb2 import ListPricesRequest
from tests.support.catalogue import Offer, Product, Store, fill
from tests.support.clients import PricingClient

PRODUCTS = [f"rami_levy:{code}" for code in range(1, 7)]
STORES = [f"rami_levy:{code}" for code in (1, 2, 10, 11)]
PLACES = [(product_id, store_id) for product_id in PRODUCTS for store_id in STORES]
REQUESTS = [
    ListPricesRequest(product_id=PRODUCTS[0]),
    ListPricesRequest(store_id=STORES[0]),
    ListPricesRequest(chain_id="rami_levy"),
]

Place = tuple[str, str]
Change = dict[Place, int | None]


class Seen(NamedTuple):
    """What a walk saw: places in order, and whether a page said that the data had changed."""

    places: list[Place]
    changed: bool


@pytest.fixture(autouse=True)
async def catalogue(connection: asyncpg.Connection) -> None:
    stores = [Store(store_id) for store_id in STORES]
    products = [Product(product_id, f"מוצר {product_id}") for product_id in PRODUCTS]
    await fill(connection, *stores, *products)


async def publish_change(connection: asyncpg.Connection, change: Change) -> None:
    """Commits one generation: offers opened, repriced or, with a price of None, closed."""
    await fill(connection, *(Offer(*place, price) for place, price in change.items()))


async def walk(
    pricing: PricingClient,
    connection: asyncpg.Connection,
    request: ListPricesRequest,
    changes: list[Change],
) -> Seen:
    """Walks to the end and publishes the next change after each page."""
    asked, places, changed, pending = ListPricesRequest(), list[Place](), False, iter(changes)
    asked.CopyFrom(request)
    while True:
        answer = await pricing.ListPrices(asked)
        places += [(price.product_id, price.store_id) for price in answer.prices]
        changed |= answer.generation_changed
        if not answer.next_page_token:
            return Seen(places, changed)
        asked.page_token = answer.next_page_token
        if change := next(pending, None):
            await publish_change(connection, change)


def in_scope(request: ListPricesRequest, place: Place) -> bool:
    product_id, store_id = place
    return request.product_id in ("", product_id) and request.store_id in ("", store_id)


@pytest.mark.parametrize("request_", REQUESTS, ids=["product", "store", "chain"])
async def test_walk_sees_what_stays_once_and_says_that_the_data_changed(
    pricing: PricingClient, connection: asyncpg.Connection, request_: ListPricesRequest
) -> None:
    await publish_change(connection, dict.fromkeys(PLACES[::2], 500))
    scope = [place for place in PLACES if in_scope(request_, place)]
    changes: list[Change] = [
        {place: 600 + step if step % 2 else None for place in PLACES[1::2]} for step in range(30)
    ] + [{place: 700} for place in PLACES[::2]]
    request = ListPricesRequest(page_size=1)
    request.MergeFrom(request_)
    seen = await walk(pricing, connection, request, changes)
    stays = {place for place in PLACES[::2] if place in scope}
    assert stays <= set(seen.places) <= set(scope)
    assert max(Counter(seen.places).values()) == 1
    assert seen.changed == (len(seen.places) > 1)


prices = st.one_of(st.none(), st.integers(0, 999))


@st.composite
def publishing(draw: st.DrawFn) -> tuple[set[Place], list[Change]]:
    """Places that keep an offer throughout, and changes of any others."""
    stays = draw(st.sets(st.sampled_from(PLACES)))
    others = [place for place in PLACES if place not in stays]
    moves = st.dictionaries(st.sampled_from(others), prices, min_size=1) if others else st.just({})
    repricings = st.dictionaries(st.sampled_from(sorted(stays)), st.integers(0, 999), max_size=3)
    steps = st.builds(dict.__or__, moves, repricings if stays else st.just({}))
    return stays, draw(st.lists(steps, max_size=12))


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(publishing(), st.sampled_from(REQUESTS), st.integers(1, 4))
async def test_walk_sees_what_stays_once_for_any_sequence_of_publications(
    pricing: PricingClient,
    connection: asyncpg.Connection,
    published: tuple[set[Place], list[Change]],
    request_: ListPricesRequest,
    page_size: int,
) -> None:
    stays, changes = published
    start: Change = {place: 500 if place in stays else None for place in PLACES}
    await publish_change(connection, start | (changes[0] if changes else {}))
    request = ListPricesRequest(page_size=page_size)
    request.MergeFrom(request_)
    seen = await walk(pricing, connection, request, changes[1:])
    assert {place for place in stays if in_scope(request_, place)} <= set(seen.places)
    assert seen.places == sorted(set(seen.places))


async def test_walks_see_what_stays_once_while_another_connection_publishes(
    pricing: PricingClient, database: str, connection: asyncpg.Connection
) -> None:
    stays = set(PLACES[::3])
    await publish_change(connection, dict.fromkeys(stays, 500))

    async def publish_all() -> None:
        publisher = await asyncpg.connect(database)
        try:
            for step in range(25):
                others = [place for place in PLACES if place not in stays]
                moved = others[step % 5 :: 3]
                await publish_change(publisher, dict.fromkeys(moved, None if step % 2 else step))
        finally:
            await publisher.close()

    publishing_task = asyncio.create_task(publish_all())
    walks = []
    while not publishing_task.done():
        request = ListPricesRequest(chain_id="rami_levy", page_size=2)
        walks.append((await walk(pricing, connection, request, [])).places)
    await publishing_task
    assert walks
    assert all(stays <= set(places) for places in walks)
    assert all(places == sorted(set(places)) for places in walks)
