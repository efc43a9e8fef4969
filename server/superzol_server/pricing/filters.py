"""What limits a list of prices beside the names of product, store and chain."""

from datetime import datetime, timedelta
from typing import NamedTuple

from superzol_server.errors import InvalidRequest, Unimplemented

LARGEST_PRICE = 2**31 - 1
# The promotions of 1,000 prices take 25 to 60 ms: no call counts for longer than two seconds.
MOST_COUNTED = 20_000


class Filters(NamedTuple):
    """Limits a price must meet, all of them; None is no limit. Arguments of the statements."""

    city: str | None = None
    min_price: int | None = None
    max_price: int | None = None
    observed_from: datetime | None = None
    observed_before: datetime | None = None
    category_id: str | None = None
    as_of_time: datetime | None = None

    @property
    def choosing(self) -> tuple[str | int | datetime | None, ...]:
        """All but the time of the prices."""
        return self[:-1]


def read_price_limit(price: int | None, field: str) -> int | None:
    """Returns the limit as the tables can hold it; raises InvalidRequest below zero."""
    if price is None:
        return None
    if price < 0:
        raise InvalidRequest(field, f"must not be negative: {price}", "PRICE_NEGATIVE")
    return min(price, LARGEST_PRICE)


def check_countable(prices: int) -> None:
    """Raises Unimplemented for too many prices to tell those on sale from the others."""
    if prices > MOST_COUNTED:
        raise Unimplemented(
            "include_total",
            f"on_sale is counted in at most {MOST_COUNTED:,} prices, {prices:,} match the other "
            "filters: add store_id, city or category_id, or ask without on_sale",
        )


def check_filters(filters: Filters) -> Filters:
    """Returns the filters; raises InvalidRequest for a range that ends before it begins."""
    _, lowest, highest, first, end, *_ = filters
    if lowest is not None and highest is not None and highest < lowest:
        sentence = f"must not be below min_price_agorot: {highest} is below {lowest}"
        raise InvalidRequest("max_price_agorot", sentence, "RANGE_EMPTY")
    if first is not None and end is not None and end <= first:
        last = end.date() - timedelta(days=1)
        sentence = f"must not be before start_date: {last} is before {first.date()}"
        raise InvalidRequest("end_date", sentence, "RANGE_EMPTY")
    return filters
