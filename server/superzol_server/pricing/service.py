"""PricingService over gRPC."""

from google.protobuf.message import Message
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
from superzol_server.database import Database, Row
from superzol_server.errors import NotFound, Unimplemented
from superzol_server.identifiers import read_product_id, read_store_id
from superzol_server.pages import LARGEST_INTEGER, open_page
from superzol_server.pricing.price import read_marks
from superzol_server.pricing.walk import Asked, plan_walk, read_asked
from superzol_server.sql import load_statement

GET_PRICE = load_statement(__package__, "get_price")
LIST_PRICE_HISTORY = load_statement(__package__, "list_price_history")
FIND_IDENTIFIERS = load_statement(__package__, "find_identifiers")
WALKS = ("product", "store", "chain")
LIST_PRICES = {of: load_statement(__package__, f"list_prices_of_{of}") for of in WALKS}
COUNT_PRICES = {of: load_statement(__package__, f"count_prices_of_{of}") for of in WALKS}

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

    async def _check_known(self, asked: Asked) -> None:
        """Tells an empty list from one of an unknown product, store or chain."""
        (row,) = (await self._database.fetch(FIND_IDENTIFIERS, *asked)).rows
        check_known(asked, **row)


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
