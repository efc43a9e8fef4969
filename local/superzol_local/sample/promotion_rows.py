"""Writes promotions as the chains publish them, each family of files in its own columns."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from superzol_local.sample.chains import Family
from superzol_local.sample.promotions import (
    Audience,
    FixedPrice,
    NthItem,
    PercentOff,
    Promotion,
)
from superzol_local.sample.shelf import Shelf

NOTHING = "NO_BODY"  # what the publisher writes for an empty leaf of a tree
FIXED, PERCENT, FREE, NTH = "1", "2", "7", "9"
LEAST_WEIGHT = "0.01"
CLUBS = {Audience.CLUB: "1"}
CLUB_NAMES = {Audience.CLUB: "1 - חברי מועדון"}
DECIDED = timedelta(days=3)  # before it starts


class _Item(NamedTuple):
    """A good as promotion files name it. kind: their ItemType."""

    code: str
    kind: str


class _Terms(NamedTuple):
    """How a reward is written; "" and None where it has no such field."""

    code: str
    least: str
    price: str = ""
    measure_price: str = ""
    percent: int | None = None


class Told(NamedTuple):
    """What a source XML says of promotions. numbers: of each row that of its promotion."""

    numbers: NDArray[np.int64]
    rows: pl.DataFrame


def tell_promotions(shelf: Shelf, promotions: Sequence[Promotion]) -> Told:
    """Returns all the rows that a store may publish, but what its source XML says once."""
    codes, kinds = (shelf.words[column].to_list() for column in ("itemcode", "itemtype"))
    tell = {Family.ITEMS: _of_items, Family.GROUPS: _of_groups, Family.FLAT: _flat}
    numbers: list[int] = []
    rows: list[dict[str, str]] = []
    for promotion in promotions:
        items = [_Item(codes[place], kinds[place]) for place in promotion.places]
        rows += tell[shelf.chain.family](promotion, items)
        numbers += [promotion.number] * (len(rows) - len(numbers))
    return Told(np.array(numbers, np.int64), pl.DataFrame(rows))


def _of_items(promotion: Promotion, items: Sequence[_Item]) -> Iterator[dict[str, str]]:
    """Terms on the row, items in a tree."""
    terms = _terms(promotion)
    is_free = isinstance(promotion.reward, NthItem) and promotion.reward.percent == 100
    limits = {
        "additionaliscoupon": _flag(promotion.audience is Audience.COUPON),
        "additionalgiftcount": _flag(is_free),
        "additionalistotal": "0",
        "additionalisactive": "1",
    }
    told = [{"itemcode": code, "itemtype": kind, "isgiftitem": "0"} for code, kind in items]
    yield {
        **_head(promotion),
        "rewardtype": FREE if is_free else terms.code,
        "allowmultiplediscounts": "1",
        "isweightedpromo": _flag(promotion.weighted),
        "additionalrestrictions": _tree(limits),
        "minqty": terms.least,
        "discountedprice": terms.price,
        "discountedpricepermida": terms.measure_price,
        "minnoofitemofered": "10",
        "weightunit": "" if promotion.weighted else "1",
        "promotionitems": _tree({"item": _one_or_all(told)}),
        "clubs": _tree({"clubid": CLUBS.get(promotion.audience, "0")}),
        "maxqty": "",
        "minpurchaseamnt": "",
        "remarks": "",
        **(_rate(None) if is_free else _rate(terms.percent)),
    }


def _of_groups(promotion: Promotion, items: Sequence[_Item]) -> Iterator[dict[str, str]]:
    """Terms beside each item, two levels down."""
    terms = _terms(promotion)
    beside = {
        "rewardtype": terms.code,
        "minqty": terms.least,
        "maxqty": NOTHING,
        "discountrate": NOTHING if terms.percent is None else f"{terms.percent}.00",
        "discountedprice": terms.price or NOTHING,
        "discountedpricepermida": terms.measure_price or NOTHING,
        "bisweighted": _flag(promotion.weighted),
    }
    told = [{"itemcode": code, "itemtype": kind, **beside} for code, kind in items]
    group = {
        "groupid": "1",
        "minpurchaseamount": "0.00",
        "discounttype": NOTHING,
        "promotionitems": {"promotionitem": _one_or_all(told)},
    }
    yield {
        "promotionupdatetime": f"{promotion.starts - DECIDED}T00:00:00.000",
        "allowmultiplediscounts": "0",
        "promotionid": f"{promotion.number:010d}",
        "promotiondescription": promotion.description,
        "promotionstartdatetime": f"{promotion.starts}T00:00:00.000",
        "promotionenddatetime": f"{promotion.ends}T23:59:00.000",
        "minnoofitemofered": "1",
        "clubid": CLUB_NAMES.get(promotion.audience, "0 - כלל הלקוחות"),
        "isgiftitem": "0",
        "additionaliscoupon": _flag(promotion.audience is Audience.COUPON),
        "redemptionlimit": "",
        "groups": _tree({"group": group}),
    }


def _flat(promotion: Promotion, items: Sequence[_Item]) -> Iterator[dict[str, str]]:
    """A row for each item."""
    terms = _terms(promotion)
    for code, kind in items:
        yield {
            **_head(promotion),
            "itemcode": code,
            "itemtype": kind,
            "isgiftitem": "0",
            "rewardtype": terms.code,
            "allowmultiplediscounts": "0",
            "minqty": terms.least,
            "maxqty": "",
            **_rate(terms.percent),
            "discountedprice": terms.price,
            "discountedpricepermida": terms.measure_price,
            "additionaliscoupon": _flag(promotion.audience is Audience.COUPON),
            "clubs": _tree({"clubid": CLUBS.get(promotion.audience, "0")}),
        }


def _head(promotion: Promotion) -> dict[str, str]:
    return {
        "promotionid": str(promotion.number),
        "promotiondescription": promotion.description,
        "promotionupdatedate": f"{promotion.starts - DECIDED} 00:00",
        "promotionstartdate": str(promotion.starts),
        "promotionstarthour": "00:00:00",
        "promotionenddate": str(promotion.ends),
        "promotionendhour": "23:59:00",
    }


def _terms(promotion: Promotion) -> _Terms:
    first = LEAST_WEIGHT if promotion.weighted else "1.00"
    match promotion.reward:
        case FixedPrice(units, agorot):
            parts = 100 * units if promotion.weighted else units
            least = first if promotion.weighted else f"{units}.00"
            return _Terms(FIXED, least, _shekels(agorot), _shekels(agorot / parts))
        case PercentOff(percent):
            return _Terms(PERCENT, first, percent=percent)
        case NthItem(nth, percent):
            return _Terms(NTH, f"{nth}.00", percent=percent)


def _rate(percent: int | None) -> dict[str, str]:
    """In hundredths of a percent, which discount type 0 says."""
    told = percent is not None
    return {
        "discountrate": f"{percent}00" if told else "",
        "discounttype": "0" if told else "",
    }


def _shekels(agorot: float) -> str:
    return f"{agorot / 100:.2f}"


def _flag(is_set: bool) -> str:
    return "1" if is_set else "0"


def _tree(node: Mapping[str, object]) -> str:
    return json.dumps(node, ensure_ascii=False)


def _one_or_all(nodes: list[dict[str, str]]) -> object:
    """As the publisher turns XML into JSON: no list around a single element."""
    return nodes[0] if len(nodes) == 1 else nodes
