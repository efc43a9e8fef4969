"""CompareBasket with promotions, clubs and coupons, as random markets tell."""

from random import Random

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from superzol.analytics.v1.analytics_pb2 import (
    BasketQuote,
    CompareBasketRequest,
    CompareBasketResponse,
)
from superzol.analytics.v1.basket_pb2 import BasketItem
from tests.support.basket_oracle import Buyer, Line, first_refused, price_lines
from tests.support.catalogue import Offer, Product, Store, fill
from tests.support.clients import AnalyticsClient
from tests.support.promotions import FixedPrice, promote
from tests.support.random_market import CHAINS, GTINS, make_market
from tests.support.random_promotions import NOON, promote_at_random
from tests.support.server import refusal
from tests.support.tables import Tables, read_tables

QUANTITIES = ("1", "2", "3", "7", "0.35", "1.5", "2.001")
CLUBS = ("alpha:1", "beta:1", "gamma:2")
UNKNOWN = "7290000000015"


def ask_at_random(dice: Random) -> tuple[CompareBasketRequest, dict[str, str], Buyer | None]:
    """A request, its quantities as they are written, and who buys."""
    products = [*GTINS, UNKNOWN, *(f"{chain}:12" for chain in CHAINS)]
    chosen = dice.sample(products, dice.randint(1, len(products)))
    items = {product_id: dice.choice(QUANTITIES) for product_id in chosen}
    made = [BasketItem(product_id=each, quantity=float(items[each])) for each in chosen]
    request = CompareBasketRequest(items=made, chain_ids=CHAINS, max_quotes=1000)
    if dice.random() < 0.2:
        return request, items, None
    clubs = tuple(dice.sample(CLUBS, dice.randint(0, 3)))
    codes = [f"{chain}:{number}" for chain in CHAINS for number in range(30)]
    coupons = tuple(dice.sample(codes, dice.choice((0, 0, 45, 90))))
    request.with_promotions = True
    request.club_ids.extend(clubs)
    request.coupon_promotion_ids.extend(coupons)
    at = Timestamp()
    at.FromDatetime(NOON)
    request.at_time.CopyFrom(at)
    return request, items, Buyer(clubs, coupons, NOON)


def lines_of(quote: BasketQuote) -> list[Line]:
    return [
        Line(line.product_id, line.price_agorot, line.shelf_total_agorot, line.total_agorot)
        for line in quote.lines
    ]


def expected(
    tables: Tables, items: dict[str, str], buyer: Buyer | None
) -> list[tuple[str, list[Line]]]:
    quotes = []
    for store in tables["store"]:
        lines = price_lines(tables, store, items, buyer)
        if lines:
            total = sum(line.total for line in lines)
            quotes.append((len(items) - len(lines), total, store["store_id"], lines))
    return [(store_id, lines) for _, _, store_id, lines in sorted(quotes)]


@pytest.mark.parametrize("seed", range(5))
async def test_basket_costs_what_the_tables_tell(
    analytics: AnalyticsClient, connection: asyncpg.Connection, seed: int
) -> None:
    await make_market(connection, seed)
    await promote_at_random(connection, seed, count=60)
    tables, dice = await read_tables(connection), Random(seed)
    applied = refused = 0
    for _ in range(40):
        request, items, buyer = ask_at_random(dice)
        place = first_refused(tables, tables["store"], items)
        if place is not None:
            said = await refusal(analytics.CompareBasket(request))
            assert (said.code, said.reason, said.fields) == refusal_at(place)
            refused += 1
            continue
        answer = await analytics.CompareBasket(request)
        assert [(quote.store_id, lines_of(quote)) for quote in answer.quotes] == expected(
            tables, items, buyer
        )
        applied += check_quotes(answer)
    assert applied > 3
    assert refused > 0


def refusal_at(place: int) -> tuple[StatusCode, str, list[str]]:
    return StatusCode.INVALID_ARGUMENT, "QUANTITY_NOT_WHOLE", [f"items[{place}].quantity"]


def check_quotes(answer: CompareBasketResponse) -> int:
    """Checks the totals of each quote and returns how many lines a promotion made cheaper."""
    applied = 0
    for quote in answer.quotes:
        assert quote.total_agorot == sum(line.total_agorot for line in quote.lines)
        assert quote.shelf_total_agorot == sum(line.shelf_total_agorot for line in quote.lines)
        for line in quote.lines:
            assert bool(line.promotion_id) == (line.total_agorot < line.shelf_total_agorot)
            applied += bool(line.promotion_id)
    return applied


MILK = "7290004131074"


@pytest.fixture
async def shelves(connection: asyncpg.Connection) -> None:
    await fill(
        connection,
        Store("alpha:1"),
        Store("beta:1"),
        Product(MILK, "חלב"),
        Offer(MILK, "alpha:1", 600),
        Offer(MILK, "beta:1", 500),
    )
    await promote(
        connection,
        FixedPrice("alpha:77", (MILK,), ("alpha:1",), 900, units=2),
        FixedPrice("alpha:78", (MILK,), ("alpha:1",), 100, clubs=("3",)),
        FixedPrice("beta:79", (MILK,), ("beta:1",), 100, coupon=True),
    )


@pytest.mark.usefixtures("shelves")
@pytest.mark.parametrize(
    ("fields", "totals"),
    [
        ({}, {"beta:1": (1000, ""), "alpha:1": (1200, "")}),
        ({"with_promotions": True}, {"alpha:1": (900, "alpha:77"), "beta:1": (1000, "")}),
        (
            {"with_promotions": True, "club_ids": ["alpha:3"]},
            {"alpha:1": (200, "alpha:78"), "beta:1": (1000, "")},
        ),
        (
            {"with_promotions": True, "club_ids": ["beta:3"]},
            {"alpha:1": (900, "alpha:77"), "beta:1": (1000, "")},
        ),
        (
            {"with_promotions": True, "coupon_promotion_ids": ["beta:79"]},
            {"beta:1": (600, "beta:79"), "alpha:1": (900, "alpha:77")},
        ),
    ],
    ids=str,
)
async def test_promotions_clubs_and_coupons_count_only_when_asked_for(
    analytics: AnalyticsClient, fields: dict[str, object], totals: dict[str, tuple[int, str]]
) -> None:
    items = [BasketItem(product_id=MILK, quantity=2)]
    at = Timestamp()
    at.FromDatetime(NOON)
    if fields:
        fields = fields | {"at_time": at}
    request = CompareBasketRequest(items=items, chain_ids=["alpha", "beta"], **fields)  # type: ignore[arg-type]  # fields vary
    answer = await analytics.CompareBasket(request)
    assert {
        quote.store_id: (quote.total_agorot, quote.lines[0].promotion_id) for quote in answer.quotes
    } == totals
    assert [quote.store_id for quote in answer.quotes] == list(totals)


@pytest.mark.usefixtures("shelves")
async def test_store_unseen_for_14_days_is_left_out_unless_asked_for(
    analytics: AnalyticsClient, connection: asyncpg.Connection
) -> None:
    for days, stores in ((13, ["beta:1", "alpha:1"]), (14, ["beta:1"])):
        await connection.execute(
            "UPDATE store SET unseen_days = $1 WHERE store_id = 'alpha:1'", days
        )
        request = CompareBasketRequest(
            items=[BasketItem(product_id=MILK)], chain_ids=["alpha", "beta"]
        )
        answer = await analytics.CompareBasket(request)
        assert [quote.store_id for quote in answer.quotes] == stores
        request.include_unseen_stores = True
        assert len((await analytics.CompareBasket(request)).quotes) == 2
        named = CompareBasketRequest(items=request.items, store_ids=["alpha:1"])
        assert len((await analytics.CompareBasket(named)).quotes) == 1


@pytest.mark.usefixtures("shelves")
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"club_ids": ["alpha:3"]}, "club_ids"),
        ({"coupon_promotion_ids": ["alpha:3"]}, "coupon_promotion_ids"),
        ({"at_time": Timestamp(seconds=1)}, "at_time"),
        ({"with_promotions": True, "club_ids": ["alpha:1", "3"]}, "club_ids[1]"),
        ({"with_promotions": True, "club_ids": ["alpha:1"] * 101}, "club_ids"),
        ({"with_promotions": True, "coupon_promotion_ids": ["77"]}, "coupon_promotion_ids[0]"),
        ({"with_promotions": True, "at_time": Timestamp(seconds=2**60)}, "at_time"),
    ],
    ids=str,
)
async def test_wrong_field_is_named(
    analytics: AnalyticsClient, fields: dict[str, object], field: str
) -> None:
    items = [BasketItem(product_id=MILK)]
    request = CompareBasketRequest(items=items, chain_ids=["alpha"], **fields)  # type: ignore[arg-type]  # fields vary
    said = await refusal(analytics.CompareBasket(request))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, [field])
