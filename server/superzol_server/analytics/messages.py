"""Messages of AnalyticsService, made of values and read into them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from google.type.date_pb2 import Date

from superzol.analytics.v1.analytics_pb2 import (
    BasketLine,
    BasketQuote,
    CheapStore,
    CompareBasketRequest,
    ListCheapestStoresRequest,
)
from superzol.analytics.v1.basket_pb2 import BasketItem
from superzol.analytics.v1.comparison_pb2 import (
    ComparePricesRequest,
    PriceComparison,
    PriceGroup,
    PriceGroupKind,
    PriceSummary,
)
from superzol.analytics.v1.trend_pb2 import (
    GetPriceTrendRequest,
    PriceTrend,
    TrendPeriod,
    TrendPoint,
)
from superzol_server.analytics.basket import Item, Quote, check_item_count, check_named_once
from superzol_server.analytics.buyer import check_no_buyer, read_buyer
from superzol_server.analytics.cheapest import Asking
from superzol_server.analytics.comparison import Comparison
from superzol_server.analytics.deals import Buyer
from superzol_server.analytics.periods import DAY, cut_periods
from superzol_server.analytics.question import Question
from superzol_server.analytics.scope import Scope, read_limits
from superzol_server.analytics.trend import Point
from superzol_server.as_of import ISRAEL, begin_day, read_date, read_time
from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_product_id
from superzol_server.quantity import ONE, read_quantity
from superzol_server.unknown import no_category

GROUPS = {
    PriceGroupKind.PRICE_GROUP_KIND_UNSPECIFIED: "chain",
    PriceGroupKind.PRICE_GROUP_KIND_CHAIN: "chain",
    PriceGroupKind.PRICE_GROUP_KIND_STORE: "store",
    PriceGroupKind.PRICE_GROUP_KIND_CITY: "city",
}
DEFAULT_COUNT, LARGEST_COUNT = 20, 1000


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
        return Question(product_id, None, [Item(product_id, ONE)])
    return Question(None, None, read_items(request.items))


def read_items(items: Sequence[BasketItem]) -> list[Item]:
    """Reads a basket; raises InvalidRequest."""
    check_item_count(len(items))
    wishes = [
        Item(
            read_product_id(item.product_id, f"items[{place}].product_id"),
            read_quantity(item.quantity, f"items[{place}].quantity"),
        )
        for place, item in enumerate(items)
    ]
    check_named_once(wishes)
    return wishes


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


def read_group(request: ComparePricesRequest) -> str:
    """Returns what prices are grouped by; raises InvalidRequest for what nobody knows."""
    if request.group_by not in GROUPS:
        raise InvalidRequest("group_by", f"{request.group_by} is no kind of group", "FIELD_INVALID")
    return GROUPS[request.group_by]


def read_purchase(request: CompareBasketRequest) -> Buyer | None:
    """Returns who buys and when; None without promotions. Raises InvalidRequest."""
    named = request.club_ids, request.coupon_promotion_ids
    if not request.with_promotions:
        check_no_buyer(*named, request.HasField("at_time"))
        return None
    return read_buyer(*named, read_time(request, "at_time") or datetime.now(UTC))


def read_area(chain_ids: Sequence[str], city: str) -> Scope:
    """Reads chains and a city; raises InvalidRequest when there is neither."""
    scope = read_limits((), chain_ids, city)
    if not any(scope):
        raise InvalidRequest("chain_ids", "one of chain_ids and city is needed", "SCOPE_MISSING")
    return scope


def check_category(category_known: bool, category_id: str) -> None:
    """Raises NotFound for a category that nobody knows."""
    if not category_known:
        raise no_category(category_id)


def read_count(count: int, field: str) -> int:
    """Returns how much the answer may have; raises InvalidRequest."""
    if count < 0:
        raise InvalidRequest(field, f"must not be negative: {count}", f"{field.upper()}_NEGATIVE")
    return min(count or DEFAULT_COUNT, LARGEST_COUNT)


def check_goods(request: ListCheapestStoresRequest) -> None:
    """Raises InvalidRequest unless either a category or items are given."""
    if bool(request.category_id) == bool(request.items):
        raise InvalidRequest(
            "category_id", "give one of category_id and items, and not both", "GOODS_MISSING"
        )
