"""Messages of PricingService, made of rows and read into values."""

from collections.abc import Sequence
from datetime import datetime

from superzol.pricing.v1.pricing_pb2 import GetPriceResponse, ListPricesRequest, Price
from superzol.pricing.v1.promotion_pb2 import (
    GetPriceQuoteRequest,
    GetPriceQuoteResponse,
    Promotion,
    PromotionOutcome,
    PromotionVerdict,
    Reward,
)
from superzol.pricing.v1.version_pb2 import VersionUsed
from superzol_server.as_of import begin_day, read_date, read_time
from superzol_server.database import Row
from superzol_server.pricing.discount import Held, discount
from superzol_server.pricing.filters import Filters, check_filters, read_price_limit
from superzol_server.pricing.marks import read_marks
from superzol_server.pricing.promotion import Offer, Outcome, effective_price
from superzol_server.pricing.promotion_rows import KINDS, to_rule
from superzol_server.pricing.quote import Wish, read_clubs, read_coupons
from superzol_server.pricing.unit_price import Measure, unit_price
from superzol_server.quantity import ONE, check_whole, read_quantity

PRICE_FIELDS = (
    "product_id", "store_id", "chain_id", "price_agorot", "observed_time", "observed_file",
    "observed_version", "since_version", "discount_price_agorot", "on_sale",
)  # fmt: skip
PROMOTION_FIELDS = tuple(Promotion.DESCRIPTOR.fields_by_name)


def read_filters(request: ListPricesRequest) -> Filters:
    """Reads what limits a list; raises InvalidRequest."""
    limits = [
        getattr(request, field) if request.HasField(field) else None
        for field in ("min_price_agorot", "max_price_agorot")
    ]
    filters = Filters(
        city=request.city or None,
        min_price=read_price_limit(limits[0], "min_price_agorot"),
        max_price=read_price_limit(limits[1], "max_price_agorot"),
        observed_from=begin_day(read_date(request, "start_date")),
        observed_before=begin_day(read_date(request, "end_date"), days_later=1),
        category_id=request.category_id or None,
        as_of_time=read_time(request, "as_of_time"),
    )
    return check_filters(filters)


def price_rows(rows: Sequence[Row], at: datetime) -> GetPriceResponse:
    """Answers from the rows of get_price of a product that the store sells."""
    first = rows[0]
    held = [Held(to_rule(row, 0), [1]) for row in rows if row["promotion_id"] is not None]
    (price,) = discount([to_offer(first)], held, at)
    first |= {"discount_price_agorot": price, "on_sale": price is not None}
    return GetPriceResponse(price=to_price(first), version_used=to_version(first))


def to_version(row: Row) -> VersionUsed | None:
    """Makes the message of a row; None where it was not asked as of a time."""
    if row["used_version"] is None:
        return None
    return VersionUsed(
        chain_id=row["chain_id"], version=row["used_version"], cutoff_time=row["cutoff_time"]
    )


def to_price(row: Row) -> Price:
    """Makes the message of a row of prices, with its discount and what its product holds."""
    marks = read_marks(row["flag_bits"])
    measure = Measure(row["product_weighted"], row["net_quantity"], row["net_unit"])
    fields = {name: row[name] for name in PRICE_FIELDS}
    fields |= unit_price(row["price_agorot"], marks.weighted, measure)._asdict()
    return Price(**fields, **marks._asdict())


def to_offer(row: Row) -> Offer:
    """Makes the value of a row of prices."""
    return Offer(row["price_agorot"], read_marks(row["flag_bits"]).weighted)


def read_wish(request: GetPriceQuoteRequest) -> Wish:
    """Reads how much is asked for and by whom; raises InvalidRequest."""
    return Wish(
        read_quantity(request.quantity, "quantity"),
        read_clubs(request.club_ids),
        read_coupons(request.coupon_promotion_ids),
    )


def quote_rows(wish: Wish, rows: Sequence[Row], at: datetime) -> GetPriceQuoteResponse:
    """Answers from the rows of get_price_quote of a product that the store sells."""
    first = rows[0]
    weighted = read_marks(first["flag_bits"]).weighted
    if not weighted:
        check_whole(wish.quantity, "quantity", first["product_id"])
    told = [row for row in rows if row["promotion_id"] is not None]
    told.sort(key=lambda row: str(row["key_body"]))
    quote = effective_price(
        Offer(first["price_agorot"], weighted),
        [to_rule(row, number) for number, row in enumerate(told)],
        wish.quantity,
        wish.clubs.get(first["chain_id"], frozenset()),
        wish.coupons,
        at,
    )
    return GetPriceQuoteResponse(
        product_id=first["product_id"],
        store_id=first["store_id"],
        quantity=wish.quantity / ONE,
        weighted=weighted,
        price_agorot=first["price_agorot"],
        shelf_total_agorot=quote.shelf_agorot,
        total_agorot=quote.total_agorot,
        outcomes=[to_outcome(each, told[each.promotion.part]) for each in quote.outcomes],
        version_used=to_version(first),
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
