"""AnalyticsService over gRPC."""

from google.protobuf.message import Message
from grpc.aio import ServicerContext

from superzol.analytics.v1.analytics_pb2 import (
    BasketLine,
    BasketQuote,
    CompareBasketRequest,
    CompareBasketResponse,
)
from superzol.analytics.v1.analytics_pb2_grpc import AnalyticsServiceServicer
from superzol_server.analytics.basket import Item, Quote, Shelf, check_basket, quote_basket
from superzol_server.analytics.scope import check_scope, read_scope
from superzol_server.database import Database, Row
from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_product_id
from superzol_server.sql import load_statement

COMPARE_BASKET = load_statement(__package__, "compare_basket")
Context = ServicerContext[Message, Message]

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
        product_ids = [item.product_id for item in items]
        rows = (await self._database.fetch(COMPARE_BASKET, product_ids, *scope)).rows
        first = rows[0]
        check_scope(
            scope, first["unknown_store_ids"], first["unknown_chain_ids"], first["city_known"]
        )
        shelves = [to_shelf(row) for row in rows if row["store_id"] is not None]
        quotes, store_count, complete_store_count = quote_basket(items, shelves)
        return CompareBasketResponse(
            quotes=[to_quote(quote) for quote in quotes[:size]],
            unknown_product_ids=sorted(first["unknown_product_ids"], key=product_ids.index),
            store_count=store_count,
            complete_store_count=complete_store_count,
        )


def read_items(request: CompareBasketRequest) -> list[Item]:
    """Reads the basket; raises InvalidRequest."""
    return check_basket(
        [
            Item(read_product_id(item.product_id, f"items[{place}].product_id"), item.quantity)
            for place, item in enumerate(request.items)
        ]
    )


def read_size(request: CompareBasketRequest) -> int:
    """Returns how many quotes the answer may have; raises InvalidRequest."""
    if request.max_quotes < 0:
        raise InvalidRequest("max_quotes", "must not be negative", "MAX_QUOTES_NEGATIVE")
    return min(request.max_quotes or DEFAULT_QUOTES, MOST_QUOTES)


def to_shelf(row: Row) -> Shelf:
    """Makes the value of a row, which holds more than it."""
    return Shelf(**{name: row[name] for name in Shelf._fields})


def to_quote(quote: Quote) -> BasketQuote:
    """Makes the message of a quote."""
    lines = [BasketLine(**line._asdict()) for line in quote.lines]
    return BasketQuote(**quote._asdict() | {"lines": lines})
