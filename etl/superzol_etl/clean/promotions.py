"""The normal form of a promotion, whichever of the three families it was published in."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from superzol_etl.clean.rewards import Reward

HASH_BYTES = 16
EVERYONE = "0"
CLUB_NAME = re.compile(r"(?<=\d)\s*-.*", re.DOTALL)


class PromotionItem(NamedTuple):
    """An item as published; is_gift: it is given, not bought."""

    code: str
    is_gift: bool


@dataclass(frozen=True, slots=True)
class Promotion:
    """One set of terms of a promotion.

    code: the chain's own number. part: tells sets of terms of one promotion apart. starts_at and
    ends_at are in UTC and belong to it; None where the file does not say. Quantities in
    thousandths, amounts in agorot, None where there is no such limit or it cannot be read. clubs:
    empty means everyone, or clubs that cannot be read. restrictions_known: False where a limit,
    clubs or a flag cannot be read, or the file cannot tell an absent limit from one that repeats.
    raw: what was published, as JSON.
    """

    code: str
    part: int
    description: str
    updated_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    items: tuple[PromotionItem, ...]
    reward: Reward
    reward_code: str | None
    weighted: bool
    min_quantity: int | None
    max_quantity: int | None
    min_purchase: int | None
    clubs: tuple[str, ...]
    coupon: bool
    active: bool
    whole_basket: bool
    multiple_allowed: bool | None
    restrictions_known: bool
    raw: str

    @property
    def body_hash(self) -> bytes:
        """Equal where nothing but the store differs: in what is published, and in how its terms,
        limits, clubs and flags are read.
        """
        read = (self.part, self.reward, self.starts_at, self.ends_at, self.weighted)
        limits = (self.min_quantity, self.max_quantity, self.min_purchase, self.restrictions_known)
        whom = (self.clubs, self.coupon, self.active, self.whole_basket, self.multiple_allowed)
        items = [f"{item.code} {item.is_gift}" for item in self.items]
        text = "\n".join([repr(read), repr(limits), repr(whom), self.raw, *items])
        return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=HASH_BYTES).digest()


def merge_rows(rows: list[Promotion]) -> list[Promotion]:
    """Joins rows of one promotion in one store that tell one item each and the same terms.

    The parts are numbered in the order of the file; raw is that of the first row.
    """
    items: dict[Promotion, dict[PromotionItem, None]] = {}
    raw: dict[Promotion, str] = {}
    for row in rows:
        terms = replace(row, items=(), part=0, raw="")
        raw.setdefault(terms, row.raw)
        items.setdefault(terms, {}).update(dict.fromkeys(row.items))
    return [
        replace(terms, items=tuple(found), part=part, raw=raw[terms])
        for part, (terms, found) in enumerate(items.items())
    ]


def read_clubs(published: list[str]) -> tuple[str, ...]:
    """Club numbers, sorted; empty when everyone is meant.

    Written `1` or `1 - name of the club`.
    """
    numbers = {CLUB_NAME.sub("", text).strip() for text in published} - {""}
    return () if EVERYONE in numbers else tuple(sorted(numbers))
