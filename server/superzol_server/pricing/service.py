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
from superzol_server.pricing.walk import PACKAGE, Asked, plan_walk, read_asked
from superzol_server.sql import load_statement

GET_PRICE = load_statement(PACKAGE, "get_price")
LIST_PRICE_HISTORY = load_statement(PACKAGE, "list_price_history")
UNKNOWN_IDENTIFIERS = load_statement(PACKAGE, "unknown_identifiers")

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

    async def GetPrice(  # noqa: N802
        self,
        request: GetPriceRequest,
        context: ServicerContext[GetPriceRequest, GetPriceResponse],
    ) -> GetPriceResponse:
        refuse_unserved(request)
        product_id, store_id = read_product_id(request.product_id), read_store_id(request.store_id)
        (row,) = (await self._database.fetch(GET_PRICE, product_id, store_id)).rows
        check_known(
            Asked(product_id, store_id, None),
            product_known=row["product_id"] is not None,
            store_known=row["store_id"] is not None,
        )
        if row["price_agorot"] is None:
            raise NotFound(
                "PRICE_NOT_FOUND",
                f"store {store_id} does not sell product {product_id}",
                product_id=product_id,
                store_id=store_id,
            )
        return GetPriceResponse(price=to_price(row))

    async def ListPrices(  # noqa: N802
        self,
        request: ListPricesRequest,
        context: ServicerContext[ListPricesRequest, ListPricesResponse],
    ) -> ListPricesResponse:
        refuse_unserved(request)
        asked = read_asked(request)
        walk = plan_walk(asked, request.order_by)
        page = open_page(request, walk.first)
        total = walk.total if request.include_total else None
        place = (*walk.order, *page.place)
        answer = await self._database.fetch_page(walk.statement, walk.filters, place, total)
        if not answer.rows:
            await self._check_known(asked)
        rows, next_page_token, generation_changed = page.cut(answer, *walk.key)
        return ListPricesResponse(
            prices=[to_price(row) for row in rows],
            next_page_token=next_page_token,
            total_size=answer.total,
            generation_changed=generation_changed,
        )

    async def ListPriceHistory(  # noqa: N802
        self,
        request: ListPriceHistoryRequest,
        context: ServicerContext[ListPriceHistoryRequest, ListPriceHistoryResponse],
    ) -> ListPriceHistoryResponse:
        product_id, store_id = read_product_id(request.product_id), read_store_id(request.store_id)
        page = open_page(request, (LARGEST_INTEGER,))
        filters = (product_id, store_id)
        answer = await self._database.fetch_page(LIST_PRICE_HISTORY, filters, page.place)
        if not answer.rows:
            await self._check_known(Asked(product_id, store_id, None))
        rows, next_page_token, generation_changed = page.cut(answer, "from_version")
        return ListPriceHistoryResponse(
            points=[PricePoint(**row) for row in rows],
            next_page_token=next_page_token,
            generation_changed=generation_changed,
        )

    async def _check_known(self, asked: Asked) -> None:
        """Tells an empty list from one of an unknown product, store or chain."""
        (row,) = (await self._database.fetch(UNKNOWN_IDENTIFIERS, *asked)).rows
        check_known(asked, **row)


def refuse_unserved(request: Message) -> None:
    """Raises Unimplemented for a filter that is set but not served yet, also when set to zero."""
    for field, _ in request.ListFields():
        if field.name in UNSERVED:
            raise Unimplemented(field.name)


def check_known(
    asked: Asked, product_known: bool, store_known: bool, chain_known: bool = True
) -> None:
    """Raises NotFound for the first name that is not known."""
    product_id, store_id, chain_id = asked
    if not product_known:
        raise NotFound("PRODUCT_NOT_FOUND", f"no product {product_id}", product_id=str(product_id))
    if not store_known:
        raise NotFound("STORE_NOT_FOUND", f"no store {store_id}", store_id=str(store_id))
    if not chain_known:
        raise NotFound("CHAIN_NOT_FOUND", f"no chain {chain_id}", chain_id=str(chain_id))


def to_price(row: Row) -> Price:
    """Makes the message of a row; flag_bits become weighted and flags."""
    bits = row.pop("flag_bits")
    return Price(**row, **read_marks(bits)._asdict())
