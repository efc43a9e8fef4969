"""Reads one row of a promotion file: which family it is of, and its normal form.

ITEMS: terms on the row, items in a tree. GROUPS: terms beside each item, two levels down.
FLAT: a row for each item of a promotion.
"""

from collections.abc import Iterable
from dataclasses import replace
from json import dumps
from typing import NamedTuple

from superzol_etl.clean.amounts import is_amount, is_readable, read_positive, read_scaled
from superzol_etl.clean.promotions import Promotion, PromotionItem, merge_rows
from superzol_etl.clean.rewards import ONE, RateUnit, Reward, Terms, Unknown, read_reward
from superzol_etl.clean.text import cut
from superzol_etl.clean.windows import DAY_END, DAY_START, read_instant
from superzol_etl.decode.nested import (
    UNREADABLE,
    Node,
    UnreadableTree,
    branches,
    first_text,
    leaf,
)
from superzol_etl.decode.promotion_cells import Cells

UNPUBLISHED = frozenset(
    ["found_folder", "file_name", "chainid", "subchainid", "storeid", "bikoretno"]
)
RATE_UNITS = {"0": RateUnit.BASIS_POINTS, "1": RateUnit.AGOROT}
GROUP_RATE_UNITS = {None: RateUnit.PERCENT, "0": RateUnit.PERCENT}
GIFT_CODE = "6"
NO = frozenset(["0", "0.0", "0.00", "false", "no"])


class PromotionRow(NamedTuple):
    """What a row says. is_flat: further rows may tell further items of the same promotion."""

    promotions: tuple[Promotion, ...]
    is_flat: bool


def read_row(cells: Cells) -> PromotionRow | None:
    """None when the row names no promotion. Raises UnreadableTree."""
    code = cells.text("promotionid")
    if code is None:
        return None
    code = code.lstrip("0") or "0"
    groups = cells.tree("groups")
    if groups is not None:
        return PromotionRow(_read_groups(cells, code, groups), False)
    tree = cells.tree("promotionitems")
    item = cells.text("itemcode")
    if tree is None and item is not None:
        gift = _is_set(cells.text("isgiftitem"))
        prices = [cells.text("giftitemprice")] if gift else []
        return PromotionRow((_read_terms(cells, code, [PromotionItem(item, gift)], prices),), True)
    bought: list[Node] = []
    given: list[Node] = []
    for node in branches(tree, "item"):
        (given if _is_set(leaf(node, "isgiftitem")) else bought).append(node)
    given += branches(cells.tree("giftsitems"), "item")
    items = [*_items(bought, False), *_items(given, True)]
    prices = [leaf(node, "giftitemprice") for node in given]
    return PromotionRow((_read_terms(cells, code, items, prices),), False)


def _read_terms(
    cells: Cells, code: str, items: list[PromotionItem], gift_prices: list[str | None]
) -> Promotion:
    """Terms that stand on the row."""
    reward_code = cells.text("rewardtype")
    gift_count = leaf(cells.tree("additionalrestrictions"), "additionalgiftcount")
    gift_quantity = _gift_quantity(gift_count)
    is_in_thousandths = reward_code == GIFT_CODE and read_positive(gift_count, 1) == gift_quantity
    quantity = read_positive(cells.text("minqty"), 1 if is_in_thousandths else ONE)
    weighted = cells.text("isweightedpromo") == "1" or 0 < (quantity or 0) < ONE
    terms = Terms(
        code=reward_code,
        weighted=weighted,
        price=cells.amount("discountedprice"),
        measure_price=cells.amount("discountedpricepermida"),
        rate=read_positive(cells.text("discountrate"), 100),
        rate_unit=RATE_UNITS.get(cells.text("discounttype") or ""),
        quantity=quantity,
        spent=cells.amount("minamount") or cells.amount("minpurchaseamnt"),
        gift_quantity=gift_quantity,
        gift_prices=frozenset(read_scaled(price, 100) for price in gift_prices),
        has_gifts=any(item.is_gift for item in items),
    )
    return _promotion(cells, code, tuple(dict.fromkeys(items)), read_reward(terms), terms)


def _promotion(
    cells: Cells, code: str, items: tuple[PromotionItem, ...], reward: Reward, terms: Terms
) -> Promotion:
    limits = cells.tree("additionalrestrictions")
    multiple = cells.text("allowmultiplediscounts")
    start = cells.first("promotionstartdate", "promotionstartdatetime")
    end = cells.first("promotionenddate", "promotionenddatetime")
    updated = cells.first("promotionupdatedate", "promotionupdatetime")
    coupon, active, total = flags = [
        leaf(limits, name) or first_text(cells.tree(name))
        for name in ("additionaliscoupon", "additionalisactive", "additionalistotal")
    ]
    told = None if isinstance(limits, dict) else first_text(limits)
    are_flags_known = UNREADABLE not in (told, *flags)
    clubs = cells.clubs()
    return Promotion(
        code=code,
        part=0,
        description=cut(cells.text("promotiondescription") or ""),
        updated_at=read_instant(updated, None, DAY_START),
        starts_at=read_instant(start, cells.text("promotionstarthour"), DAY_START),
        ends_at=read_instant(end, cells.text("promotionendhour"), DAY_END),
        items=items,
        reward=reward,
        reward_code=cut(terms.code or "") or None,
        weighted=terms.weighted,
        min_quantity=terms.quantity,
        max_quantity=read_positive(cells.text("maxqty"), ONE),
        min_purchase=cells.amount("minpurchaseamnt"),
        clubs=clubs or (),
        coupon=_is_set(coupon),
        active=active is None or _is_set(active),
        whole_basket=_is_set(total),
        multiple_allowed=None if multiple is None else _is_set(multiple),
        restrictions_known=clubs is not None and are_flags_known and cells.restrictions_known(),
        raw=_raw(cells),
    )


def _read_groups(cells: Cells, code: str, tree: Node) -> tuple[Promotion, ...]:
    """Terms that stand beside each item; how several groups depend on each other is not told."""
    groups = branches(tree, "group")
    rows = [
        _read_group_item(cells, code, group, item, len(groups) == 1)
        for group in groups
        for item in branches(group.get("promotionitems"), "promotionitem")
    ]
    return tuple(merge_rows(rows or [_read_terms(cells, code, [], [])]))


def _read_group_item(
    cells: Cells, code: str, group: dict[str, Node], item: dict[str, Node], is_alone: bool
) -> Promotion:
    quantity = read_positive(leaf(item, "minqty"), ONE)
    weighted = leaf(item, "bisweighted") == "1" or 0 < (quantity or 0) < ONE
    terms = Terms(
        code=leaf(item, "rewardtype"),
        weighted=weighted,
        price=read_positive(leaf(item, "discountedprice"), 100),
        measure_price=read_positive(leaf(item, "discountedpricepermida"), 100),
        rate=read_positive(leaf(item, "discountrate"), 100),
        rate_unit=GROUP_RATE_UNITS.get(leaf(group, "discounttype")),
        quantity=quantity,
    )
    gift = _is_set(cells.text("isgiftitem")) or _is_set(leaf(item, "isgiftitem"))
    reward = read_reward(terms) if is_alone and not gift else Unknown("several groups or a gift")
    published = {**group, "promotionitems": {**item, "itemcode": None}}
    row = _promotion(cells, code, tuple(_items([item], gift)), reward, terms)
    return replace(
        row,
        max_quantity=read_positive(leaf(item, "maxqty"), ONE),
        min_purchase=read_positive(leaf(group, "minpurchaseamount"), 100),
        restrictions_known=row.restrictions_known and _are_limits_known(group, item),
        raw=_raw(cells, published),
    )


def _are_limits_known(group: dict[str, Node], item: dict[str, Node]) -> bool:
    most = leaf(item, "maxqty")
    return (
        is_readable(leaf(item, "minqty"), ONE)
        and is_readable(leaf(group, "minpurchaseamount"), 100)
        and (most is None or is_amount(most))
    )


def _items(nodes: Iterable[Node], is_gift: bool) -> list[PromotionItem]:
    codes = (leaf(node, "itemcode") for node in nodes)
    return [PromotionItem(code, is_gift) for code in codes if code and code != UNREADABLE]


def _gift_quantity(count: str | None) -> int | None:
    """Whole units, or thousandths where a chain writes 3000 for three."""
    number = read_positive(count, 1)
    return number if number is None or (number >= ONE and number % ONE == 0) else number * ONE


def _is_set(flag: str | None) -> bool:
    """A flag that says anything but no."""
    return flag is not None and flag.lower() not in NO


def _raw(cells: Cells, group: Node = None) -> str:
    """What was published, without what PostgreSQL cannot hold. Raises UnreadableTree.

    A literal may hold sets and bytes, a number may be NaN: neither is JSON.
    """
    told = {name: cells.published(name) for name in cells.values if name not in UNPUBLISHED}
    if group is not None:
        told["groups"] = group
    said = {name: tree for name, tree in told.items() if tree is not None}
    try:
        text = dumps(said, ensure_ascii=False, allow_nan=False).replace("\\u0000", "")
    except (TypeError, ValueError, RecursionError):
        raise UnreadableTree from None
    return text.encode("utf-8", "replace").decode()
