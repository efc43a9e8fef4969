"""PricingService over gRPC."""

from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from grpc.aio import ServicerContext

from superzol.pricing.v1.pricing_pb2 import (
    GetPriceRequest,
    GetPriceResponse,
    ListPriceHistoryRequest,
    ListPriceHistoryResponse,
    ListPricesRequest,
    ListPricesResponse,
    Price,
    PricePoint,
)
from superzol.pricing.v1.pricing_pb2_grpc import PricingServiceServicer
from superzol.pricing.v1.promotion_pb2 import (
    GetPriceQuoteRequest,
    GetPriceQuoteResponse,
    ListPromotionsRequest,
    ListPromotionsResponse,
    Promotion,
    PromotionOutcome,
    PromotionVerdict,
    Reward,
)
from superzol_server.database import Database, Row
from superzol_server.errors import InvalidRequest, NotFound, Unimplemented
from superzol_server.identifiers import read_product_id, read_store_id
from superzol_server.pages import LARGEST_INTEGER, open_page
from superzol_server.pricing.price import read_marks
from superzol_server.pricing.promotion import ONE, Offer, Outcome, effective_price
from superzol_server.pricing.promotion_rows import KINDS, to_rule
from superzol_server.pricing.quote import read_coupon, read_quantity
from superzol_server.pricing.walk import Asked, plan_walk, read_asked
from superzol_server.sql import load_statement

GET_PRICE = load_statement(__package__, "get_price")
GET_PRICE_QUOTE = load_statement(__package__, "get_price_quote")
PROMOTIONS_OF_CHAIN = load_statement(__package__, "list_promotions_of_chain")
PROMOTIONS_OF_PRODUCT = load_statement(__package__, "list_promotions_of_product")
LIST_PRICE_HISTORY = load_statement(__package__, "list_price_history")
FIND_IDENTIFIERS = load_statement(__package__, "find_identifiers")
WALKS = ("product", "store", "chain")
LIST_PRICES = {of: load_statement(__package__, f"list_prices_of_{of}") for of in WALKS}
COUNT_PRICES = {of: load_statement(__package__, f"count_prices_of_{of}") for of in WALKS}

PROMOTION_FIELDS = tuple(Promotion.DESCRIPTOR.fields_by_name)
Context = ServicerContext[Message, Message]

UNSERVED = {
    "city",
    "category_id",
    "min_price_agorot",
    "max_price_agorot",
    "on_sale",
    "start_date",
    "end_date",
    "as_of_time",
}


class PricingService(PricingServiceServicer):
    """What a product costs, where, and what it did cost."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def GetPrice(self, request: GetPriceRequest, context: Context) -> GetPriceResponse:
        refuse_unserved(request)
        product_id, store_id = read_product_id(request.product_id), read_store_id(request.store_id)
        (row,) = (await self._database.fetch(GET_PRICE, product_id, store_id)).rows
        check_sold(row, Asked(product_id, store_id, None))
        return GetPriceResponse(price=to_price(row))

    async def ListPrices(self, request: ListPricesRequest, context: Context) -> ListPricesResponse:
        refuse_unserved(request)
        asked = read_asked(request.product_id, request.store_id, request.chain_id)
        walk = plan_walk(asked, request.order_by)
        page = open_page(request, walk.first)
        count = COUNT_PRICES[walk.of] if request.include_total else None
        answer = await self._database.fetch_page(
            LIST_PRICES[walk.of], walk.filters, (*walk.order, *page.place), count
        )
        if not answer.rows:
            await self._check_known(asked)
        part = page.cut(answer, *walk.key)
        prices = [to_price(row) for row in part.rows]
        return ListPricesResponse(prices=prices, total_size=answer.total, **part.walk)

    async def ListPriceHistory(
        self, request: ListPriceHistoryRequest, context: Context
    ) -> ListPriceHistoryResponse:
        product_id, store_id = read_product_id(request.product_id), read_store_id(request.store_id)
        page = open_page(request, (LARGEST_INTEGER,))
        filters = (product_id, store_id)
        answer = await self._database.fetch_page(LIST_PRICE_HISTORY, filters, page.place)
        if not answer.rows:
            await self._check_known(Asked(product_id, store_id, None))
        part = page.cut(answer, "from_version")
        points = [PricePoint(**row) for row in part.rows]
        return ListPriceHistoryResponse(points=points, **part.walk)

    async def ListPromotions(
        self, request: ListPromotionsRequest, context: Context
    ) -> ListPromotionsResponse:
        asked = read_asked(request.product_id, request.store_id, request.chain_id)
        at = read_time(request.at_time, request.HasField("at_time"))
        page = open_page(request, ("", ""))
        statement = PROMOTIONS_OF_CHAIN
        filters: tuple[object, ...] = (chain_of(asked), asked.store_id, at)
        if asked.product_id is not None:
            statement = PROMOTIONS_OF_PRODUCT
            filters = (asked.product_id, asked.chain_id, asked.store_id, at)
        answer = await self._database.fetch_page(statement, filters, page.place)
        if not answer.rows:
            await self._check_known(asked)
        part = page.cut(answer, "promotion_id", "key_body")
        promotions = [to_promotion(row) for row in part.rows]
        return ListPromotionsResponse(promotions=promotions, **part.walk)

    async def GetPriceQuote(
        self, request: GetPriceQuoteRequest, context: Context
    ) -> GetPriceQuoteResponse:
        product_id, store_id = read_product_id(request.product_id), read_store_id(request.store_id)
        at = read_time(request.at_time, request.HasField("at_time"))
        rows = (await self._database.fetch(GET_PRICE_QUOTE, product_id, store_id)).rows
        check_sold(rows[0], Asked(product_id, store_id, None))
        return quote_rows(request, rows, at)

    async def _check_known(self, asked: Asked) -> None:
        """Tells an empty list from one of an unknown product, store or chain."""
        (row,) = (await self._database.fetch(FIND_IDENTIFIERS, *asked)).rows
        check_known(asked, **row)


def chain_of(asked: Asked) -> str | None:
    """Returns the chain asked for, by itself or with a store."""
    return asked.chain_id or (asked.store_id or "").partition(":")[0] or None


def refuse_unserved(request: Message) -> None:
    """Raises Unimplemented for a filter that is set but not served yet, also when set to zero."""
    for field, _ in request.ListFields():
        if field.name in UNSERVED:
            raise Unimplemented(field.name)


def check_sold(row: Row, asked: Asked) -> None:
    """Raises NotFound when product, store or price of the row of GetPrice is not there."""
    check_known(asked, row["product_id"] is not None, row["store_id"] is not None)
    if row["price_agorot"] is None:
        sentence = f"store {asked.store_id} does not sell product {asked.product_id}"
        raise NotFound(
            "PRICE_NOT_FOUND",
            sentence,
            product_id=str(asked.product_id),
            store_id=str(asked.store_id),
        )


def check_known(
    asked: Asked, product_known: bool, store_known: bool, chain_known: bool = True
) -> None:
    """Raises NotFound for the first name that is not known."""
    product_id, store_id, chain_id = asked
    if not product_known:
        raise NotFound(
            "PRODUCT_NOT_FOUND", f"no product is {product_id}", product_id=str(product_id)
        )
    if not store_known:
        raise NotFound("STORE_NOT_FOUND", f"no store is {store_id}", store_id=str(store_id))
    if not chain_known:
        raise NotFound("CHAIN_NOT_FOUND", f"no chain is {chain_id}", chain_id=str(chain_id))


def to_price(row: Row) -> Price:
    """Makes the message of a row; flag_bits become weighted and flags."""
    bits = row.pop("flag_bits")
    return Price(**row, **read_marks(bits)._asdict())


def quote_rows(
    request: GetPriceQuoteRequest, rows: Sequence[Row], at: datetime
) -> GetPriceQuoteResponse:
    """Answers from the rows of get_price_quote of a product that the store sells."""
    first = rows[0]
    weighted = read_marks(first["flag_bits"]).weighted
    quantity = read_quantity(request.quantity, weighted)
    told = [row for row in rows if row["promotion_id"] is not None]
    told.sort(key=lambda row: str(row["key_body"]))
    quote = effective_price(
        Offer(first["price_agorot"], weighted),
        [to_rule(row, number) for number, row in enumerate(told)],
        quantity,
        frozenset(request.club_ids),
        frozenset(map(read_coupon, request.coupon_promotion_ids)),
        at,
    )
    return GetPriceQuoteResponse(
        product_id=first["product_id"],
        store_id=first["store_id"],
        quantity=quantity / ONE,
        weighted=weighted,
        price_agorot=first["price_agorot"],
        shelf_total_agorot=quote.shelf_agorot,
        total_agorot=quote.total_agorot,
        outcomes=[to_outcome(each, told[each.promotion.part]) for each in quote.outcomes],
    )


def to_promotion(row: Row) -> Promotion:
    """Makes the message of a row, which may have further columns."""
    fields = {name: row[name] for name in PROMOTION_FIELDS}
    return Promotion(**fields | {"reward": Reward.Value(KINDS[row["reward"]])})


def to_outcome(outcome: Outcome, row: Row) -> PromotionOutcome:
    """Makes the message of what became of the promotion of a row."""
    return PromotionOutcome(
        promotion=to_promotion(row),
        verdict=PromotionVerdict.Value(f"PROMOTION_VERDICT_{outcome.verdict}"),
        total_agorot=outcome.total_agorot,
    )


def read_time(time: Timestamp, is_given: bool) -> datetime:
    """Returns the time asked for, or now; raises InvalidRequest for one that no calendar has."""
    if not is_given:
        return datetime.now(UTC)
    try:
        return time.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest("at_time", "is not a time", "TIME_INVALID") from error
