"""Every promotion of the XML in the words of the API, read without any code of ours."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from tests.real.oracle import CHAIN_OF_FOLDER, JERUSALEM, in_one_line, product_id, strip_zeros
from tests.real.promotion_oracle import read_nodes, text_of

Number = float | None
SWITCHED_ON, SWITCHED_OFF = "1", "0"


class Terms(NamedTuple):
    """What ListPromotions says of one promotion; pays: reward with its numbers in order."""

    promotion_id: str
    description: str
    starts_at: datetime | None
    ends_at: datetime | None
    pays: tuple[str, tuple[Number, ...]]
    reward_code: str
    weighted: bool
    min_quantity: Number
    max_quantity: Number
    min_purchase_agorot: Number
    club_ids: tuple[str, ...]
    coupon: bool
    active: bool
    whole_basket: bool
    multiple_allowed: bool | None
    item_count: int


class Promoted(NamedTuple):
    """A promotion of one store; bought: identifiers of the products that it is for."""

    terms: Terms
    store_id: str
    bought: frozenset[str]


def read_promoted(raw_xml: Path) -> list[Promoted]:
    """Every promotion below the folder."""
    found = []
    for path in sorted(raw_xml.glob("*/Promo*.xml.gz")):
        chain_id = CHAIN_OF_FOLDER[path.parent.name]
        nodes = read_nodes(path)
        if nodes:
            root = nodes[0].getroottree().getroot()
            store_id = f"{chain_id}:{strip_zeros(text_of(root, 'StoreId') or '')}"
            found += [read_node(chain_id, store_id, node) for node in nodes]
    return found


def read_node(chain_id: str, store_id: str, node: etree._Element) -> Promoted:
    """What one node says, of this chain and store."""
    items = [item for item in node.iter("Item", "PromotionItem") if text_of(item, "ItemCode")]
    told = {(text_of(item, "ItemCode") or "", text_of(item, "IsGiftItem") == "1") for item in items}
    weight = _number(node, "MinQty")
    if _is_in_grams(node):
        weight = weight / 1000 if weight else None
    is_weighed = text_of(node, "IsWeightedPromo") == "1" or bool(weight and weight < 1)
    terms = Terms(
        f"{chain_id}:{strip_zeros(text_of(node, 'PromotionId') or '')}",
        in_one_line(text_of(node, "PromotionDescription") or ""),
        _edge(node, "Start"),
        _edge(node, "End"),
        _pays(node, is_weighed, weight),
        text_of(node, "RewardType") or "",
        is_weighed,
        _float(weight),
        _float(_number(node, "MaxQty")),
        _agorot(_number(node, "MinPurchaseAmnt", "MinPurchaseAmount")),
        _clubs(node),
        text_of(node, "AdditionalIsCoupon") == SWITCHED_ON,
        text_of(node, "AdditionalIsActive") != SWITCHED_OFF,
        text_of(node, "AdditionalIsTotal") == SWITCHED_ON,
        _flag(text_of(node, "AllowMultipleDiscounts")),
        len(told),
    )
    return Promoted(
        terms, store_id, frozenset(product_id(chain_id, code) for code, given in told if not given)
    )


def _pays(
    node: etree._Element, is_weighed: bool, weight: Decimal | None
) -> tuple[str, tuple[Number, ...]]:
    """What the law's fields say, by the code of the reward: each has the fields of its own."""
    price, rate = _number(node, "DiscountedPrice"), _number(node, "DiscountRate")
    gifts = [gift for gift in node.iter("Item") if text_of(gift, "IsGiftItem") == "1"]
    match text_of(node, "RewardType"):
        case "6" if gifts:
            (each,) = {text_of(gift, "GiftItemPrice") for gift in gifts}
            count = _number(node, "AdditionalGiftCount") or Decimal(0)
            parts = 1000 if _is_in_grams(node) else 1
            return "GIFT", (_agorot(Decimal(each or 0)), float(count / parts))
        case "1" | None if price:
            together = Decimal(1) if is_weighed else weight or Decimal(1)
            return "FIXED_PRICE", (_agorot(price), float(together))
        case "2" if rate:
            return "PERCENT_OFF", (float(rate / 10_000),)
        case "3" if rate:
            return "THRESHOLD", (_agorot(_number(node, "MinAmount")), float(rate))
        case "7":
            return "MULTI_BUY", (_float(weight), _float(_number(node, "AdditionalGiftCount")))
        case "9" if rate:
            return "NTH_ITEM", (_float(weight), float(rate / 10_000))
    return "UNKNOWN", ()


def _is_in_grams(node: etree._Element) -> bool:
    return (_number(node, "AdditionalGiftCount") or 0) >= 1000


def _edge(node: etree._Element, edge: str) -> datetime | None:
    whole = text_of(node, f"Promotion{edge}DateTime")
    if whole is None:
        day, hour = text_of(node, f"Promotion{edge}Date"), text_of(node, f"Promotion{edge}Hour")
        whole = f"{day} {hour}" if day and hour else None
    return datetime.fromisoformat(whole).replace(tzinfo=JERUSALEM) if whole else None


def _clubs(node: etree._Element) -> tuple[str, ...]:
    told = {(club.text or "").split(" ")[0] for club in node.iter("ClubId", "ClubID")}
    return () if "0" in told else tuple(sorted(told - {""}))


def _number(node: etree._Element, *tags: str) -> Decimal | None:
    """None for zero too: 0.00 stands for nothing."""
    text = text_of(node, *tags)
    return Decimal(text) or None if text else None


def _agorot(shekels: Decimal | None) -> Number:
    return None if shekels is None else float(shekels * 100)


def _float(number: Decimal | None) -> Number:
    return None if number is None else float(number)


def _flag(text: str | None) -> bool | None:
    return None if text is None else text == SWITCHED_ON


def moments(promoted: list[Promoted]) -> list[datetime]:
    """Times at which each promotion holds at least once, and edges of some windows.

    Those that end early hold at their last instant only, the others at many.
    """
    windows = {(each.terms.starts_at, each.terms.ends_at) for each in promoted}
    whole = {(start, end) for start, end in windows if start and end}
    left, chosen = set(whole), []
    while left:
        chosen.append(max(sorted(end for _, end in whole), key=lambda at: _held(left, at)))
        left = {(start, end) for start, end in left if not start <= chosen[-1] <= end}
    second = timedelta(seconds=1)
    starts = sorted({start for start, _ in whole})[::60]
    after = {at + second for at in chosen}
    return sorted({*chosen, *after, *starts, *(start - second for start in starts)})


def _held(windows: set[tuple[datetime, datetime]], at: datetime) -> int:
    return sum(start <= at <= end for start, end in windows)
