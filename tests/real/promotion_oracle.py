"""What the chains published as promotions, read from their XML alone."""

import gzip
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from tests.real.oracle import CHAIN_OF_FOLDER, JERUSALEM, strip_zeros


class Published(NamedTuple):
    """A promotion as its XML tells it; price in shekels, None where there is none."""

    file: str
    code: str
    starts_at: datetime | None
    ends_at: datetime | None
    items: frozenset[tuple[str, bool]]
    min_quantity: Decimal | None
    price: Decimal | None
    clubs: frozenset[str]
    coupon: bool


def read_published(raw_xml: Path) -> dict[str, list[Published]]:
    """Every promotion of every PromoFull file below the folder, by chain."""
    found: dict[str, list[Published]] = {}
    for path in sorted(raw_xml.glob("*/Promo*.xml.gz")):
        chain = found.setdefault(CHAIN_OF_FOLDER[path.parent.name], [])
        chain += [_read(path.name.removesuffix(".gz"), node) for node in read_nodes(path)]
    return found


def read_nodes(path: Path) -> list[etree._Element]:
    """The promotions of one file."""
    return list(etree.fromstring(gzip.decompress(path.read_bytes())).iter("Promotion"))


def text_of(node: etree._Element, *tags: str) -> str | None:
    """The text of the first of these tags below the node, in any case of letters."""
    wanted = [tag.lower() for tag in tags]
    texts = [child.text for child in node.iter() if str(child.tag).lower() in wanted]
    return next((text.strip() for text in texts if text and text.strip()), None)


def _read(file: str, node: etree._Element) -> Published:
    items = [item for item in node.iter("Item", "PromotionItem") if text_of(item, "ItemCode")]
    clubs = [(club.text or "").split(" ")[0] for club in node.iter("ClubId", "ClubID")]
    price, quantity = text_of(node, "DiscountedPrice"), text_of(node, "MinQty")
    # Gift promotions of weighed goods count in grams: MinQty 3000.00 beside a gift count of 3000.
    scale = 1000 if int(text_of(node, "AdditionalGiftCount") or 0) >= 1000 else 1
    return Published(
        file,
        strip_zeros(text_of(node, "PromotionId") or ""),
        _instant(node, "Start"),
        _instant(node, "End"),
        frozenset(
            (text_of(item, "ItemCode") or "", text_of(item, "IsGiftItem") == "1") for item in items
        ),
        (Decimal(quantity) / scale or None) if quantity else None,  # 0.00 is no minimum
        Decimal(price) if price else None,
        frozenset(clubs) if "0" not in clubs else frozenset(),
        text_of(node, "AdditionalIsCoupon") == "1",
    )


def _instant(node: etree._Element, edge: str) -> datetime | None:
    whole = text_of(node, f"Promotion{edge}DateTime")
    day, hour = text_of(node, f"Promotion{edge}Date"), text_of(node, f"Promotion{edge}Hour")
    if whole:
        return datetime.fromisoformat(whole).replace(tzinfo=JERUSALEM)
    if day is None or hour is None:
        return None
    hours, minutes, seconds = map(int, hour.split(":"))
    clock = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return (datetime.fromisoformat(day) + clock).replace(tzinfo=JERUSALEM)
