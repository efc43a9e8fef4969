"""AnalyticsService over gRPC."""

from collections.abc import Sequence
from typing import TypeVar

from google.protobuf.message import Message
from grpc.aio import ServicerContext

from superzol.analytics.v1.analytics_pb2 import (
    CompareBasketRequest,
    CompareBasketResponse,
    ListCheapestStoresRequest,
    ListCheapestStoresResponse,
)
from superzol.analytics.v1.analytics_pb2_grpc import AnalyticsServiceServicer
from superzol.analytics.v1.comparison_pb2 import (
    ComparePricesRequest,
    ComparePricesResponse,
)
from superzol.analytics.v1.trend_pb2 import GetPriceTrendRequest, GetPriceTrendResponse
from superzol.pricing.v1.version_pb2 import VersionUsed
from superzol_server.analytics.basket import (
    Item,
    Shelf,
    check_fractions,
    limit_quotes,
    quote_basket,
)
from superzol_server.analytics.cheapest import (
    FEWEST_STORES,
    Asking,
    Goods,
    match_basket,
    rank,
    read_coverage,
)
from superzol_server.analytics.comparison import Priced, check_products, compare
from superzol_server.analytics.deals import Buyer, Deal, Deals
from superzol_server.analytics.messages import (
    check_category,
    check_goods,
    read_area,
    read_count,
    read_group,
    read_items,
    read_periods,
    read_purchase,
    read_question,
    to_cheap_store,
    to_comparison,
    to_instants,
    to_quote,
    to_trend,
)
from superzol_server.analytics.question import Question, check_question, follow, name_as_now
from superzol_server.analytics.renamed import read_renamed, rename_items, rename_products
from superzol_server.analytics.scope import Scope, check_scope, read_limits, read_scope
from superzol_server.analytics.trend import Moment, Ways
from superzol_server.as_of import check_versions, find_versions, read_time
from superzol_server.database import Database, Row, Snapshot
from superzol_server.identifiers import read_product_id
from superzol_server.pricing.promotion_rows import to_rule
from superzol_server.sql import load_statement
from superzol_server.unseen import read_unseen_limit

COMPARE_BASKET = load_statement(__package__, "compare_basket")
COMPARE_BASKET_PROMOTIONS = load_statement(__package__, "compare_basket_promotions")
COMPARE_PRICES = load_statement(__package__, "compare_prices")
FIND_WEIGHING_CHAINS = load_statement(__package__, "find_weighing_chains")
GET_PRICE_TREND = load_statement(__package__, "get_price_trend")
GET_PRICE_TREND_OF_CATEGORY = load_statement(__package__, "get_price_trend_of_category")
LIST_CHEAPEST_STORES = load_statement(__package__, "list_cheapest_stores")
Context = ServicerContext[Message, Message]

Value = TypeVar("Value", Asking, Priced, Moment, Shelf)


class AnalyticsService(AnalyticsServiceServicer):
    """Answers computed over many prices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def CompareBasket(
        self, request: CompareBasketRequest, context: Context
    ) -> CompareBasketResponse:
        items, size = read_items(request.items), read_count(request.max_quotes, "max_quotes")
        scope = read_scope(request.store_ids, request.chain_ids, request.city)
        buyer = read_purchase(request)
        product_ids = [item.product_id for item in items]
        limit = read_unseen_limit(request.include_unseen_stores, bool(scope.store_ids))
        asked = product_ids, *scope, limit
        rows, deals = await self._read_shelves(asked, items, buyer)
        first, renamed = rows[0], read_renamed(rows[0])
        check_scope(
            scope, first["unknown_store_ids"], first["unknown_chain_ids"], first["city_known"]
        )
        shelves = [to_value(Shelf, row) for row in rows if row["store_id"] is not None]
        items = rename_items(items, renamed)
        check_fractions(items, shelves)
        quotes, store_count, complete_store_count = quote_basket(items, shelves, deals)
        return CompareBasketResponse(
            quotes=[to_quote(quote) for quote in quotes[: limit_quotes(size, len(items))]],
            unknown_product_ids=sorted(first["unknown_product_ids"], key=product_ids.index),
            store_count=store_count,
            complete_store_count=complete_store_count,
            renamed_product_ids=renamed,
        )

    async def _read_shelves(
        self, asked: Sequence[object], items: list[Item], buyer: Buyer | None
    ) -> tuple[list[Row], Deals | None]:
        """Finds what stores have of the basket and, for a buyer, the promotions that may count."""

        async def ask(snapshot: Snapshot) -> tuple[list[Row], Deals | None]:
            shelves = (await snapshot.fetch(COMPARE_BASKET, *asked)).rows
            if buyer is None:
                return shelves, None
            wishes = rename_items(items, read_renamed(shelves[0]))
            thousandths = dict(wishes)
            store_ids = [row["store_id"] for row in shelves if row["store_id"] is not None]
            numbers = sorted({number for numbers in buyer.clubs.values() for number in numbers})
            limits = list(thousandths), store_ids, numbers, list(buyer.coupons), buyer.at
            told = (await snapshot.fetch(COMPARE_BASKET_PROMOTIONS, *limits)).rows
            deals = [
                Deal(
                    to_rule(row, part),
                    row["chain_id"],
                    row["product_ids"],
                    row["store_ids"] and frozenset(row["store_ids"]),
                )
                for part, row in enumerate(told)
            ]
            return shelves, Deals(deals, buyer, thousandths)

        return await self._database.read(ask)

    async def ListCheapestStores(
        self, request: ListCheapestStoresRequest, context: Context
    ) -> ListCheapestStoresResponse:
        size = read_count(request.max_store_count, "max_store_count")
        coverage = read_coverage(request.min_coverage if request.HasField("min_coverage") else None)
        scope = read_area(request.chain_ids, request.city)
        check_goods(request)
        if request.category_id:
            goods = await self._ask_for_category(request, scope)
        else:
            goods = await self._ask_for_items(request, scope)
        stores, left_out = rank(goods.asking, goods.matched_product_count, coverage)
        return ListCheapestStoresResponse(
            stores=[to_cheap_store(store, goods.matched_product_count) for store in stores[:size]],
            matched_product_count=goods.matched_product_count,
            store_count=len(stores),
            left_out_store_count=left_out,
            unknown_product_ids=goods.unknown_product_ids,
            renamed_product_ids=goods.renamed,
        )

    async def _ask_for_category(self, request: ListCheapestStoresRequest, scope: Scope) -> Goods:
        unseen_limit = read_unseen_limit(request.include_unseen_stores)
        asked = request.category_id, scope.chain_ids, scope.city, unseen_limit, FEWEST_STORES
        rows = (await self._database.fetch(LIST_CHEAPEST_STORES, *asked)).rows
        check_category(rows[0]["category_known"], request.category_id)
        check_scope(scope, (), rows[0]["unknown_chain_ids"], rows[0]["city_known"])
        asking = [to_value(Asking, row) for row in rows if row["store_id"] is not None]
        return Goods(asking, rows[0]["matched_product_count"], [], {})

    async def _ask_for_items(self, request: ListCheapestStoresRequest, scope: Scope) -> Goods:
        items = read_items(request.items)
        product_ids = [item.product_id for item in items]
        asked = product_ids, *scope, read_unseen_limit(request.include_unseen_stores)
        rows = (await self._database.fetch(COMPARE_BASKET, *asked)).rows
        check_scope(scope, (), rows[0]["unknown_chain_ids"], rows[0]["city_known"])
        shelves = [to_value(Shelf, row) for row in rows if row["store_id"] is not None]
        unknown = sorted(rows[0]["unknown_product_ids"], key=product_ids.index)
        renamed = read_renamed(rows[0])
        items = rename_items(items, renamed)
        check_fractions(items, shelves)
        return Goods(*match_basket(items, shelves), unknown, renamed)

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
            limit = read_unseen_limit(request.include_unseen_stores, bool(scope.store_ids))
            asked = (product_ids, *scope, as_of_time, group_by, limit)
            rows = (await snapshot.fetch(COMPARE_PRICES, *asked)).rows
        first = rows[0]
        check_scope(
            scope, first["unknown_store_ids"], first["unknown_chain_ids"], first["city_known"]
        )
        chains = scope.chain_ids or [row["chain_id"] for row in versions]
        check_versions([row for row in versions if row["chain_id"] in chains], as_of_time)
        versions = [row for row in versions if row["chain_id"] in first["chain_ids"]]
        unknown = set(first["unknown_product_ids"])
        renamed = read_renamed(first)
        named = rename_products(product_ids, renamed)
        known = [product_id for product_id in named if product_id not in unknown]
        priced = [to_value(Priced, row) for row in rows if row["product_id"] is not None]
        return ComparePricesResponse(
            comparisons=[to_comparison(each) for each in compare(known, priced)],
            unknown_product_ids=[each for each in product_ids if each in unknown],
            versions_used=[VersionUsed(**row) for row in versions],
            renamed_product_ids=renamed,
        )

    async def GetPriceTrend(
        self, request: GetPriceTrendRequest, context: Context
    ) -> GetPriceTrendResponse:
        question = read_question(request)
        scope = read_limits((), request.chain_ids, "")
        starts = read_periods(request, max(len(question.items), 1))
        of, statement = question.category_id or question.product_ids, GET_PRICE_TREND
        if question.category_id is not None:
            statement = GET_PRICE_TREND_OF_CATEGORY
        limit = read_unseen_limit(request.include_unseen_stores)
        asked = (of, scope.chain_ids, to_instants(starts), limit)
        async with self._database.snapshot() as snapshot:
            rows = (await snapshot.fetch(statement, *asked)).rows
            ways = await find_ways(snapshot, question, scope.chain_ids)
        check_scope(scope, (), rows[0]["unknown_chain_ids"], city_known=True)
        unknown = check_question(question, rows[0])
        renamed = {} if question.category_id else read_renamed(rows[0])
        moments = [to_value(Moment, row) for row in rows if row["chain_id"] is not None]
        trends = follow(name_as_now(question, renamed), moments, ways, request.per_chain)
        return GetPriceTrendResponse(
            trends=[to_trend(chain_id, starts, points) for chain_id, points in trends.items()],
            unknown_product_ids=[each for each in question.product_ids if each in unknown],
            renamed_product_ids=renamed,
        )


async def find_ways(snapshot: Snapshot, question: Question, chain_ids: list[str] | None) -> Ways:
    """Finds whether chains sell products by weight; asks only where a fraction is."""
    if not any(item.is_fraction for item in question.items):
        return {}
    rows = (await snapshot.fetch(FIND_WEIGHING_CHAINS, question.product_ids, chain_ids)).rows
    return {(row["product_id"], row["chain_id"]): row["weighted"] for row in rows}


def to_value(kind: type[Value], row: Row) -> Value:
    """Makes the value of a row, which may hold more than it."""
    fields: tuple[str, ...] = kind._fields
    return kind(**{name: row[name] for name in fields})
