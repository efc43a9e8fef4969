"""What one unit costs with the best promotion, without club or coupon: for many prices at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from superzol_server.pricing.promotion import Offer, Promotion, discounted_price


class Held(NamedTuple):
    """A promotion and the numbers, from 1, of the offers it is for."""

    promotion: Promotion
    numbers: Sequence[int]


def discount(offers: Sequence[Offer], promotions: Iterable[Held], at: datetime) -> list[int | None]:
    """Returns for each offer what one unit costs; None where no promotion makes it cheaper."""
    best = [offer.price_agorot for offer in offers]
    for promotion, numbers in promotions:
        # A promotion meets few different prices however many stores it is in.
        known: dict[Offer, int] = {}
        for number in numbers:
            offer = offers[number - 1]
            if offer not in known:
                known[offer] = discounted_price(offer, promotion, at)
            best[number - 1] = min(best[number - 1], known[offer])
    return [
        cheapest if cheapest < offer.price_agorot else None
        for cheapest, offer in zip(best, offers, strict=True)
    ]
