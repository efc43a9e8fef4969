"""AnalyticsService over gRPC."""

from datetime import UTC, datetime
from typing import TypeVar

from google.protobuf.message import Message
from grpc.aio import ServicerContext

from superzol.analytics.v1.analytics_pb2 import (
    BasketLine,
    BasketQuote,
    CompareBasketRequest,
    CompareBasketResponse,
)
from superzol.analytics.v1.analytics_pb2_grpc import AnalyticsServiceServicer
from superzol.analytics.v1.comparison_pb2 import (
    ComparePricesRequest,
    ComparePricesResponse,
    PriceGroupKind,
)
from superzol.analytics.v1.trend_pb2 import GetPriceTrendRequest, GetPriceTrendResponse
from superzol.pricing.v1.version_pb2 import VersionUsed
from superzol_server.analytics.basket import Item, Quote, Shelf, check_basket, quote_basket
from superzol_server.analytics.buyer import check_no_buyer, read_buyer
from superzol_server.analytics.comparison import Priced, check_products, compare
from superzol_server.analytics.deals import Buyer, Deal, Deals
from superzol_server.analytics.messages import (
    read_periods,
    read_question,
    to_comparison,
    to_instants,
    to_trend,
)
from superzol_server.analytics.scope import check_scope, read_limits, read_scope
from superzol_server.analytics.trend import Moment, follow_basket, follow_product
from superzol_server.as_of import check_versions, find_versions, read_time
from superzol_server.database import Database, Row, Snapshot
from superzol_server.errors import InvalidRequest, NotFound
from superzol_server.identifiers import read_product_id
from superzol_server.pricing.promotion_rows import to_rule
from superzol_server.sql import load_statement
from superzol_server.unseen import read_unseen_limit

COMPARE_BASKET = load_statement(__package__, "compare_basket")
COMPARE_BASKET_PROMOTIONS = load_statement(__package__, "compare_basket_promotions")
COMPARE_PRICES = load_statement(__package__, "compare_prices")
GET_PRICE_TREND = load_statement(__package__, "get_price_trend")
GROUPS = {
    PriceGroupKind.PRICE_GROUP_KIND_UNSPECIFIED: "chain",
    PriceGroupKind.PRICE_GROUP_KIND_CHAIN: "chain",
    PriceGroupKind.PRICE_GROUP_KIND_STORE: "store",
    PriceGroupKind.PRICE_GROUP_KIND_CITY: "city",
}
Context = ServicerContext[Message, Message]

Value = TypeVar("Value", Priced, Moment, Shelf)

DEFAULT_QUOTES, MOST_QUOTES = 20, 1000


class AnalyticsService(AnalyticsServiceServicer):
    """Answers computed over many prices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def CompareBasket(
        self, request: CompareBasketRequest, context: Context
    ) -> CompareBasketResponse:
        items, size = read_items(request), read_size(request)
        scope = read_scope(request.store_ids, request.chain_ids, request.city)
        buyer = read_purchase(request)
        product_ids = [item.product_id for item in items]
        asked = product_ids, *scope, read_unseen_limit(request.include_unseen_stores)
        deals = None
        if buyer is None:
            rows = (await self._database.fetch(COMPARE_BASKET, *asked)).rows
        else:
            async with self._database.snapshot() as snapshot:
                rows = (await snapshot.fetch(COMPARE_BASKET, *asked)).rows
                deals = await find_deals(snapshot, buyer, product_ids, rows)
        first = rows[0]
        check_scope(
            scope, first["unknown_store_ids"], first["unknown_chain_ids"], first["city_known"]
        )
        shelves = [to_value(Shelf, row) for row in rows if row["store_id"] is not None]
        quotes, store_count, complete_store_count = quote_basket(items, shelves, deals)
        return CompareBasketResponse(
            quotes=[to_quote(quote) for quote in quotes[:size]],
            unknown_product_ids=sorted(first["unknown_product_ids"], key=product_ids.index),
            store_count=store_count,
            complete_store_count=complete_store_count,
        )

    async def ComparePrices(
        self, request: ComparePricesRequest, context: Context
    ) -> ComparePricesResponse:
        product_ids = [
            read_product_id(product_id, f"product_ids[{place}]")
            for place, product_id in enumerate(request.product_ids)
        ]
        check_products(product_ids)
        scope = read_limits(request.store_ids, request.chain_ids, request.city)
        as_of_time, group_by = read_time(request, "as_of_time"), read_group(request)
        async with self._database.snapshot() as snapshot:
            versions = await find_versions(snapshot, as_of_time, None)
            asked = (product_ids, *scope, as_of_time, group_by)
            rows = (await snapshot.fetch(COMPARE_PRICES, *asked)).rows
        first = rows[0]
        check_scope(
            scope, first["unknown_store_ids"], first["unknown_chain_ids"], first["city_known"]
        )
        chains = scope.chain_ids or [row["chain_id"] for row in versions]
        versions = [row for row in versions if row["chain_id"] in chains]
        check_versions(versions, as_of_time)
        unknown = set(first["unknown_product_ids"])
        known = [product_id for product_id in product_ids if product_id not in unknown]
        priced = [to_value(Priced, row) for row in rows if row["product_id"] is not None]
        return ComparePricesResponse(
            comparisons=[to_comparison(each) for each in compare(known, priced)],
            unknown_product_ids=[each for each in product_ids if each in unknown],
            versions_used=[VersionUsed(**row) for row in versions],
        )

    async def GetPriceTrend(
        self, request: GetPriceTrendRequest, context: Context
    ) -> GetPriceTrendResponse:
        question = read_question(request)
        scope = read_limits((), request.chain_ids, "")
        starts = read_periods(request, len(question.items))
        asked = (question.product_ids, scope.chain_ids, to_instants(starts))
        rows = (await self._database.fetch(GET_PRICE_TREND, *asked)).rows
        unknown = set(rows[0]["unknown_product_ids"])
        check_scope(scope, (), rows[0]["unknown_chain_ids"], city_known=True)
        if question.product_id in unknown:
            sentence = f"no product is {question.product_id}"
            raise NotFound("PRODUCT_NOT_FOUND", sentence, product_id=str(question.product_id))
        moments = [to_value(Moment, row) for row in rows if row["chain_id"] is not None]
        if question.product_id is None:
            trends = follow_basket(question.items, moments, request.per_chain)
        else:
            trends = follow_product(question.product_id, moments, request.per_chain)
        return GetPriceTrendResponse(
            trends=[to_trend(chain_id, starts, points) for chain_id, points in trends.items()],
            unknown_product_ids=[each for each in question.product_ids if each in unknown],
        )


async def find_deals(
    snapshot: Snapshot, buyer: Buyer, product_ids: list[str], rows: list[Row]
) -> Deals:
    """Finds the promotions that may count in the stores of these rows."""
    store_ids = [row["store_id"] for row in rows if row["store_id"] is not None]
    numbers = sorted({number for numbers in buyer.clubs.values() for number in numbers})
    asked = product_ids, store_ids, numbers, list(buyer.coupons), buyer.at
    told = (await snapshot.fetch(COMPARE_BASKET_PROMOTIONS, *asked)).rows
    return Deals(
        (
            Deal(to_rule(row, part), row["product_ids"], row["store_ids"])
            for part, row in enumerate(told)
        ),
        buyer,
    )


def read_group(request: ComparePricesRequest) -> str:
    """Returns what prices are grouped by; raises InvalidRequest for what nobody knows."""
    if request.group_by not in GROUPS:
        raise InvalidRequest("group_by", f"{request.group_by} is no kind of group", "FIELD_INVALID")
    return GROUPS[request.group_by]


def to_value(kind: type[Value], row: Row) -> Value:
    """Makes the value of a row, which may hold more than it."""
    fields: tuple[str, ...] = kind._fields
    return kind(**{name: row[name] for name in fields})


def read_items(request: CompareBasketRequest) -> list[Item]:
    """Reads the basket; raises InvalidRequest."""
    return check_basket(
        [
            Item(read_product_id(item.product_id, f"items[{place}].product_id"), item.quantity)
            for place, item in enumerate(request.items)
        ]
    )


def read_purchase(request: CompareBasketRequest) -> Buyer | None:
    """Returns who buys and when; None without promotions. Raises InvalidRequest."""
    named = request.club_ids, request.coupon_promotion_ids
    if not request.with_promotions:
        check_no_buyer(*named, request.HasField("at_time"))
        return None
    return read_buyer(*named, read_time(request, "at_time") or datetime.now(UTC))


def read_size(request: CompareBasketRequest) -> int:
    """Returns how many quotes the answer may have; raises InvalidRequest."""
    if request.max_quotes < 0:
        raise InvalidRequest("max_quotes", "must not be negative", "MAX_QUOTES_NEGATIVE")
    return min(request.max_quotes or DEFAULT_QUOTES, MOST_QUOTES)


def to_quote(quote: Quote) -> BasketQuote:
    """Makes the message of a quote."""
    lines = [BasketLine(**line._asdict()) for line in quote.lines]
    return BasketQuote(**quote._asdict() | {"lines": lines})
