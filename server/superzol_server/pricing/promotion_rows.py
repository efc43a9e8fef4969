"""Rows of promotions as values of the rule."""

from collections.abc import Callable, Mapping
from math import floor
from typing import Any

from superzol_server.pricing.promotion import (
    WHOLE,
    AmountOff,
    FixedPrice,
    Gift,
    MultiBuy,
    NthItem,
    PercentOff,
    Promotion,
    Reward,
    Threshold,
    Unknown,
)
from superzol_server.quantity import ONE

Row = Mapping[str, Any]

KINDS = {
    "FixedPrice": "REWARD_FIXED_PRICE",
    "PercentOff": "REWARD_PERCENT_OFF",
    "AmountOff": "REWARD_AMOUNT_OFF",
    "NthItem": "REWARD_NTH_ITEM",
    "MultiBuy": "REWARD_MULTI_BUY",
    "Threshold": "REWARD_THRESHOLD",
    "Gift": "REWARD_GIFT",
    "Unknown": "REWARD_UNKNOWN",
}
REWARDS: dict[str, Callable[[Row], Reward]] = {
    "FixedPrice": lambda row: FixedPrice(row["reward_price_agorot"], _scaled(row)),
    "PercentOff": lambda row: PercentOff(_points(row)),
    "AmountOff": lambda row: AmountOff(row["off_agorot"]),
    "NthItem": lambda row: NthItem(int(row["reward_quantity"]), _points(row)),
    "MultiBuy": lambda row: MultiBuy(int(row["reward_quantity"]), row["free_count"]),
    "Threshold": lambda row: Threshold(row["spent_agorot"], row["off_agorot"]),
    "Gift": lambda row: Gift(_scaled(row), row["reward_price_agorot"]),
    "Unknown": lambda row: Unknown(row["unknown_reason"]),
}


def to_rule(row: Row, part: int) -> Promotion:
    """Makes the value of a row; part tells it from other rows of the same promotion."""
    return Promotion(
        promotion_id=row["promotion_id"],
        part=part,
        starts_at=row["start_time"],
        ends_at=row["end_time"],
        reward=REWARDS[row["reward"]](row),
        weighted=row["weighted"],
        min_quantity=to_thousandths(row["min_quantity"]),
        max_quantity=to_thousandths(row["max_quantity"]),
        min_purchase_agorot=row["min_purchase_agorot"],
        clubs=frozenset(row["club_ids"]),
        coupon=row["coupon"],
        active=row["active"],
        whole_basket=row["whole_basket"],
        restrictions_known=row["restrictions_known"],
    )


def to_thousandths(quantity: float | None) -> int | None:
    """The quantity in thousandths, to the nearest."""
    return None if quantity is None else floor(quantity * ONE + 0.5)


def _scaled(row: Row) -> int:
    return to_thousandths(row["reward_quantity"]) or 0


def _points(row: Row) -> int:
    return floor(float(row["off_share"]) * WHOLE + 0.5)
