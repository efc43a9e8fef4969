"""Which goods a promotion is about. Pure.

A good may be told after the promotion that names it: its code is kept, and looked up in each load.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from superzol_etl.clean.promotions import Promotion

LINKS = ("product_keys", "gift_keys", "unlinked_codes", "unlinked_gift_codes")


class Links(NamedTuple):
    """What a promotion is about, sorted: keys of known goods, codes as published of the others."""

    products: list[int]
    gifts: list[int]
    codes: list[str]
    gift_codes: list[str]

    def link(self, found: Mapping[str, int | None]) -> "Links":
        """These links and those that codes have found."""
        return Links(
            _keys(self.products, self.codes, found),
            _keys(self.gifts, self.gift_codes, found),
            [code for code in self.codes if found.get(code) is None],
            [code for code in self.gift_codes if found.get(code) is None],
        )


def read_links(promotion: Promotion, found: Mapping[str, int | None]) -> Links:
    """What its items say; codes that no product can have are in its raw text alone."""
    bought, given = (
        sorted({item.code for item in promotion.items if item.is_gift is is_gift} & found.keys())
        for is_gift in (False, True)
    )
    return Links([], [], bought, given).link(found)


def _keys(known: Sequence[int], codes: Sequence[str], found: Mapping[str, int | None]) -> list[int]:
    return sorted({*known, *(key for code in codes if (key := found.get(code)) is not None)})
