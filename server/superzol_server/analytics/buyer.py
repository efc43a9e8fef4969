"""Reads who buys a basket, and when."""

from collections.abc import Sequence
from datetime import datetime

from superzol_server.analytics.deals import Buyer
from superzol_server.errors import InvalidRequest
from superzol_server.pricing.quote import read_clubs, read_coupons


def read_buyer(club_ids: Sequence[str], coupons: Sequence[str], at: datetime) -> Buyer:
    """Returns the buyer; raises InvalidRequest."""
    return Buyer(read_clubs(club_ids), read_coupons(coupons), at)


def check_no_buyer(club_ids: Sequence[str], coupons: Sequence[str], has_time: bool) -> None:
    """Raises InvalidRequest for what has no effect without promotions."""
    given = {"club_ids": club_ids, "coupon_promotion_ids": coupons, "at_time": has_time}
    for field, value in given.items():
        if value:
            raise InvalidRequest(field, "needs with_promotions", "PROMOTIONS_OFF")
