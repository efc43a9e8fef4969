"""Reads who buys a basket, and when."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from superzol_server.analytics.deals import Buyer
from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import shown
from superzol_server.pricing.quote import read_coupon

MOST_NAMED = 100


def read_buyer(club_ids: Sequence[str], coupons: Sequence[str], at: datetime) -> Buyer:
    """Returns the buyer; raises InvalidRequest."""
    for field, named in (("club_ids", club_ids), ("coupon_promotion_ids", coupons)):
        if len(named) > MOST_NAMED:
            raise InvalidRequest(field, f"must be at most {MOST_NAMED}", "TOO_MANY_NAMED")
    clubs: dict[str, set[str]] = defaultdict(set)
    for place, text in enumerate(club_ids):
        chain_id, _, number = text.partition(":")
        if not chain_id or not number:
            raise InvalidRequest(
                f"club_ids[{place}]",
                f"{shown(text)} is not a chain and its number of a club, such as rami_levy:1",
                "CLUB_ID_INVALID",
            )
        clubs[chain_id].add(number)
    return Buyer(clubs, frozenset(map(read_coupon, coupons)), at)


def check_no_buyer(club_ids: Sequence[str], coupons: Sequence[str], has_time: bool) -> None:
    """Raises InvalidRequest for what has no effect without promotions."""
    given = {"club_ids": club_ids, "coupon_promotion_ids": coupons, "at_time": has_time}
    for field, value in given.items():
        if value:
            raise InvalidRequest(field, "needs with_promotions", "PROMOTIONS_OFF")
