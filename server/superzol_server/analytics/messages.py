"""Messages of AnalyticsService, made of values and read into them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from google.type.date_pb2 import Date

from superzol.analytics.v1.analytics_pb2 import BasketLine, BasketQuote, CheapStore
from superzol.analytics.v1.basket_pb2 import BasketItem
from superzol.analytics.v1.comparison_pb2 import PriceComparison, PriceGroup, PriceSummary
from superzol.analytics.v1.trend_pb2 import (
    GetPriceTrendRequest,
    PriceTrend,
    TrendPeriod,
    TrendPoint,
)
from superzol_server.analytics.basket import Item, Quote, check_basket
from superzol_server.analytics.cheapest import Asking
from superzol_server.analytics.comparison import Comparison
from superzol_server.analytics.periods import DAY, cut_periods
from superzol_server.analytics.question import Question
from superzol_server.analytics.trend import Point
from superzol_server.as_of import ISRAEL, begin_day, read_date
from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_product_id


def to_comparison(comparison: Comparison) -> PriceComparison:
    """Makes the message of a comparison."""
    product_id, summary, groups = comparison
    return PriceComparison(
        product_id=product_id,
        summary=PriceSummary(**summary._asdict()) if summary else None,
        groups=[
            PriceGroup(group=name, summary=PriceSummary(**prices._asdict()))
            for name, prices in groups
        ],
    )


def read_question(request: GetPriceTrendRequest) -> Question:
    """Reads what a trend is asked of; raises InvalidRequest."""
    given = request.product_id, request.category_id, request.items
    if sum(map(bool, given)) != 1:
        raise InvalidRequest(
            "product_id", "give exactly one of product_id, category_id and items", "SCOPE_MISSING"
        )
    if request.category_id:
        return Question(None, request.category_id, [])
    if request.product_id:
        product_id = read_product_id(request.product_id)
        return Question(product_id, None, [Item(product_id, 1.0)])
    return Question(None, None, read_items(request.items))


def read_items(items: Iterable[BasketItem]) -> list[Item]:
    """Reads a basket; raises InvalidRequest."""
    return check_basket(
        [
            Item(read_product_id(item.product_id, f"items[{place}].product_id"), item.quantity)
            for place, item in enumerate(items)
        ]
    )


def read_periods(request: GetPriceTrendRequest, items: int) -> list[date]:
    """Returns the days on which periods begin, and the day after them; raises InvalidRequest."""
    if request.period not in TrendPeriod.values():
        raise InvalidRequest("period", f"{request.period} is no kind of period")
    last = read_date(request, "end_date") or datetime.now(ISRAEL).date()
    return cut_periods(
        read_date(request, "start_date"), last, TrendPeriod.Name(request.period), items
    )


def to_instants(starts: Sequence[date]) -> list[datetime | None]:
    """Returns when each of the days begins in Israel."""
    return [begin_day(day) for day in starts]


def to_trend(chain_id: str, starts: Sequence[date], points: Sequence[Point]) -> PriceTrend:
    """Makes the message of a trend."""
    return PriceTrend(
        chain_id=chain_id,
        points=[
            TrendPoint(
                start_date=to_date(start),
                end_date=to_date(following - DAY),
                **point._asdict(),
            )
            for start, following, point in zip(starts[:-1], starts[1:], points, strict=True)
        ],
    )


def to_date(day: date) -> Date:
    """Makes the message of a day."""
    return Date(year=day.year, month=day.month, day=day.day)


def to_cheap_store(store: Asking, matched_product_count: int) -> CheapStore:
    """Makes the message of a store."""
    return CheapStore(
        **store._asdict(),
        price_ratio=float(store.ratio),
        coverage=store.matched_count / matched_product_count,
    )


def to_quote(quote: Quote) -> BasketQuote:
    """Makes the message of a quote."""
    # Field by field: unpacking a dict for each of 400 lines took a tenth of the call.
    lines = [
        BasketLine(
            product_id=product_id,
            quantity=quantity,
            price_agorot=price,
            total_agorot=total,
            shelf_total_agorot=shelf_total,
            promotion_id=promotion_id,
        )
        for product_id, quantity, price, total, shelf_total, promotion_id in quote.lines
    ]
    return BasketQuote(**quote._asdict() | {"lines": lines})
