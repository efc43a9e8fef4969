"""PricingService over gRPC."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from google.protobuf.message import Message
from grpc.aio import ServicerContext

from superzol.pricing.v1.pricing_pb2 import (
    GetPriceRequest,
    GetPriceResponse,
    ListPriceHistoryRequest,
    ListPriceHistoryResponse,
    ListPricesRequest,
    ListPricesResponse,
    PricePoint,
)
from superzol.pricing.v1.pricing_pb2_grpc import PricingServiceServicer
from superzol.pricing.v1.promotion_pb2 import (
    GetPriceQuoteRequest,
    GetPriceQuoteResponse,
    ListPromotionsRequest,
    ListPromotionsResponse,
)
from superzol.pricing.v1.version_pb2 import VersionUsed
from superzol_server.as_of import check_versions, find_versions, read_time
from superzol_server.database import Answer, Database, Row, Snapshot
from superzol_server.errors import NotFound
from superzol_server.identifiers import read_product_id, read_store_id
from superzol_server.pages import LARGEST_INTEGER, Key, Page, open_page
from superzol_server.pricing.discount import Held, discount
from superzol_server.pricing.filters import Filters, check_countable
from superzol_server.pricing.known import check_known, check_limits, check_priced
from superzol_server.pricing.messages import (
    price_rows,
    quote_rows,
    read_filters,
    read_wish,
    to_offer,
    to_price,
    to_promotion,
)
from superzol_server.pricing.promotion_rows import to_rule
from superzol_server.pricing.walk import NOTHING, Asked, Walk, plan_walk, read_asked
from superzol_server.sql import load_statement
from superzol_server.unseen import read_unseen_limit

GET_PRICE = load_statement(__package__, "get_price")
GET_PRICE_QUOTE = load_statement(__package__, "get_price_quote")
LIST_PROMOTIONS_OF_CHAIN = load_statement(__package__, "list_promotions_of_chain")
LIST_PROMOTIONS_OF_PRODUCT = load_statement(__package__, "list_promotions_of_product")
LIST_PRICE_HISTORY = load_statement(__package__, "list_price_history")
FIND_DISCOUNTS = load_statement(__package__, "find_discounts")
FIND_IDENTIFIERS = load_statement(__package__, "find_identifiers")
WALKS = ("product", "product_as_of", "store", "shelf", "shelves", "chain", "stores")
LIST_PRICES = {of: load_statement(__package__, f"list_prices_of_{of}") for of in WALKS}
COUNT_PRICES = {of: load_statement(__package__, f"count_prices_of_{of}") for of in WALKS}

Context = ServicerContext[Message, Message]

NO_VERSION = 0  # below any
# Prices read to find those on sale: at once, and in one call at most.
SLICE, MOST_SLICES = 1000, 10


class PricingService(PricingServiceServicer):
    """What a product costs, where, and what it did cost."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def GetPrice(self, request: GetPriceRequest, context: Context) -> GetPriceResponse:
        product_id, store_id = read_product_id(request.product_id), read_store_id(request.store_id)
        as_of_time = read_time(request, "as_of_time")
        at = as_of_time or datetime.now(UTC)
        answer = await self._database.fetch(GET_PRICE, product_id, store_id, as_of_time, at)
        check_sold(answer.rows[0], Asked(product_id, store_id, None), as_of_time)
        return price_rows(answer.rows, at)

    async def ListPrices(self, request: ListPricesRequest, context: Context) -> ListPricesResponse:
        filters = read_filters(request)
        on_shelf = filters.category_id is not None and filters.city is not None
        asked = read_asked(request.product_id, request.store_id, request.chain_id, on_shelf)
        unseen_limit = read_unseen_limit(request.include_unseen_stores, bool(asked.store_id))
        walk = plan_walk(asked, filters, request.order_by, unseen_limit)
        page = open_page(request, walk.first)

        async def answer(snapshot: Snapshot) -> ListPricesResponse:
            versions = await find_versions(snapshot, filters.as_of_time, asked.of_chain)
            found, reached = await fetch_prices(snapshot, request, walk, page)
            if not found.rows:
                await check_names(snapshot, asked, filters)
                check_versions(versions, filters.as_of_time)
            part = page.cut(found, *walk.key, reached=reached)
            return ListPricesResponse(
                prices=[to_price(row) for row in part.rows],
                total_size=found.total,
                versions_used=[VersionUsed(**row) for row in versions],
                **part.walk,
            )

        return await self._database.read(answer)

    async def ListPriceHistory(
        self, request: ListPriceHistoryRequest, context: Context
    ) -> ListPriceHistoryResponse:
        product_id, store_id = read_product_id(request.product_id), read_store_id(request.store_id)
        as_of_time = read_time(request, "as_of_time")
        asked = Asked(product_id, store_id, None)
        page = open_page(request, (LARGEST_INTEGER,))

        async def answer(snapshot: Snapshot) -> ListPriceHistoryResponse:
            versions = await find_versions(snapshot, as_of_time, asked.of_chain)
            newest = LARGEST_INTEGER if as_of_time is None else NO_VERSION
            version = versions[0]["version"] if versions else newest
            place = (product_id, store_id, version, *page.place)
            found = await snapshot.fetch(LIST_PRICE_HISTORY, *place)
            meant = await find_product(snapshot, found, asked)
            if not found.rows:
                check_versions(versions, as_of_time)
            part = page.cut(found, "from_version")
            return ListPriceHistoryResponse(
                points=[PricePoint(**row) for row in part.rows],
                product_id=meant,
                version_used=VersionUsed(**versions[0]) if versions else None,
                **part.walk,
            )

        return await self._database.read(answer)

    async def ListPromotions(
        self, request: ListPromotionsRequest, context: Context
    ) -> ListPromotionsResponse:
        asked = read_asked(request.product_id, request.store_id, request.chain_id)
        as_of_time = read_time(request, "as_of_time")
        at = read_time(request, "at_time") or as_of_time or datetime.now(UTC)
        page = open_page(request, ("", ""))
        statement = LIST_PROMOTIONS_OF_CHAIN
        filters: tuple[object, ...] = (asked.of_chain, asked.store_id, at, as_of_time)
        if asked.product_id is not None:
            statement = LIST_PROMOTIONS_OF_PRODUCT
            filters = (asked.product_id, asked.chain_id, asked.store_id, at, as_of_time)

        async def answer(snapshot: Snapshot) -> ListPromotionsResponse:
            versions = await find_versions(snapshot, as_of_time, asked.of_chain)
            found = await snapshot.fetch_page(statement, filters, page.place)
            meant = await find_product(snapshot, found, asked)
            if not found.rows:
                check_versions(versions, as_of_time)
            part = page.cut(found, "promotion_id", "key_body")
            return ListPromotionsResponse(
                promotions=[to_promotion(row) for row in part.rows],
                versions_used=[VersionUsed(**row) for row in versions],
                product_id=meant,
                **part.walk,
            )

        return await self._database.read(answer)

    async def GetPriceQuote(
        self, request: GetPriceQuoteRequest, context: Context
    ) -> GetPriceQuoteResponse:
        product_id, store_id = read_product_id(request.product_id), read_store_id(request.store_id)
        as_of_time = read_time(request, "as_of_time")
        at = read_time(request, "at_time") or as_of_time or datetime.now(UTC)
        wish = read_wish(request)
        rows = (await self._database.fetch(GET_PRICE_QUOTE, product_id, store_id, as_of_time)).rows
        check_sold(rows[0], Asked(product_id, store_id, None), as_of_time)
        check_priced(rows[0])
        return quote_rows(wish, rows, at)


async def fetch_prices(
    snapshot: Snapshot, request: ListPricesRequest, walk: Walk, page: Page
) -> tuple[Answer, Row | None]:
    """Fetches a page of prices with their discounts, and one more.

    With on_sale, also the last row read where rows were left unread.
    """
    as_of_time = read_time(request, "as_of_time")
    count = COUNT_PRICES[walk.of] if request.include_total else None
    statement = LIST_PRICES[walk.of]
    if not request.HasField("on_sale"):
        place = (*walk.order, *page.place)
        answer = await snapshot.fetch_page(statement, walk.filters, place, count)
        await add_discounts(snapshot, answer.rows, as_of_time)
        return answer, None
    found: list[Row] = []
    slices = 0
    async for answer, reached in walk_on_sale(snapshot, request, walk, page.after):
        found += answer.rows
        slices += 1
        if reached is None or len(found) > page.size or slices == MOST_SLICES:
            break
    total = await count_on_sale(snapshot, request, walk) if request.include_total else None
    return answer._replace(rows=found, total=total), reached


async def count_on_sale(snapshot: Snapshot, request: ListPricesRequest, walk: Walk) -> int:
    """Counts prices on sale or not, as asked; raises Unimplemented where they are too many."""
    if not request.product_id and not request.store_id:
        (row,) = (await snapshot.fetch(COUNT_PRICES[walk.of], *walk.filters)).rows
        check_countable(row["total_size"])
    every = walk_on_sale(snapshot, request, walk, walk.first)
    return sum([len(each.rows) async for each, _ in every])


async def walk_on_sale(
    snapshot: Snapshot, request: ListPricesRequest, walk: Walk, after: Key
) -> AsyncIterator[tuple[Answer, Row | None]]:
    """Reads slice by slice: prices on sale or not, as asked, and the last row read.

    None in place of the last row where the list ends.
    """
    reached: Row | None = {}
    while reached is not None:
        place = (*walk.filters, *walk.order, *after, SLICE)
        answer = await snapshot.fetch(LIST_PRICES[walk.of], *place)
        await add_discounts(snapshot, answer.rows, read_time(request, "as_of_time"))
        reached = answer.rows[-1] if len(answer.rows) == SLICE else None
        if reached is not None:
            after = tuple(reached[column] for column in walk.key)
        wanted = [row for row in answer.rows if row["on_sale"] == request.on_sale]
        yield answer._replace(rows=wanted), reached


async def add_discounts(
    snapshot: Snapshot, rows: Sequence[Row], as_of_time: datetime | None
) -> None:
    """Adds to each price what one unit costs with the best promotion, and whether it is less."""
    at = as_of_time or datetime.now(UTC)
    places = [row["product_id"] for row in rows], [row["store_id"] for row in rows]
    found = (await snapshot.fetch(FIND_DISCOUNTS, *places, as_of_time, at)).rows if rows else []
    held = [Held(to_rule(row, 0), row["numbers"]) for row in found]
    for row, price in zip(rows, discount([to_offer(row) for row in rows], held, at), strict=True):
        row["discount_price_agorot"], row["on_sale"] = price, price is not None


async def find_product(snapshot: Snapshot, answer: Answer, asked: Asked) -> str:
    """Returns the identifier of now of the product asked for; checks the names of an empty list."""
    if answer.rows:
        return str(answer.rows[0].get("key_product_id", ""))
    return await check_names(snapshot, asked)


async def check_names(snapshot: Snapshot, asked: Asked, filters: Filters = NOTHING) -> str:
    """Tells an empty list from one of an unknown product, store, chain, city or category.

    Returns the identifier of now of the product, "" when none is asked for.
    """
    limits = filters.city, filters.category_id
    (row,) = (await snapshot.fetch(FIND_IDENTIFIERS, *asked, *limits)).rows
    city_known, category_known = row.pop("city_known"), row.pop("category_known")
    product_id: str | None = row.pop("product_id")
    product_known = asked.product_id is None or product_id is not None
    check_known(asked, product_known=product_known, **row)
    check_limits(filters, city_known, category_known)
    return product_id or ""


def check_sold(row: Row, asked: Asked, as_of_time: datetime | None) -> None:
    """Raises NotFound or OutOfRange when the row of GetPrice has no product, store or price."""
    check_known(asked, row["product_id"] is not None, row["store_id"] is not None)
    if as_of_time is not None and row["used_version"] is None:
        check_versions([], as_of_time)
    if row["price_agorot"] is None:
        sentence = f"store {asked.store_id} does not sell product {asked.product_id}"
        raise NotFound(
            "PRICE_NOT_FOUND",
            sentence,
            product_id=str(asked.product_id),
            store_id=str(asked.store_id),
        )
