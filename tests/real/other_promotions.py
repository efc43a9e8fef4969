"""Promotions of the real XML, told anew by other stores in full files and deltas."""

from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import NamedTuple

from lxml import etree

from tests.real import oracle
from tests.real.promotion_oracle import read_nodes, text_of
from tests.real.publisher import Xml, head_row, node_row, write_csv
from tests.real.served_promotions import Promoted, read_node

DAY = datetime(2026, 2, 16)
GOOD_SHARE = 0.7  # of a store's promotions, which a full file has at least


class Told(NamedTuple):
    """One file of a store and the promotions in it."""

    at: datetime
    is_full: bool
    file: str
    nodes: list[etree._Element]


def make_promotions(
    raw_xml: Path, folder: Path, dice: Random, stores: dict[str, list[str]], is_old: bool
) -> dict[str, list[Promoted]]:
    """Writes promo_file and promo_full_file of the chains that publish any, for these stores.

    stores: codes as published, by chain. Returns what each store tells in the end, by store_id.
    """
    truth = {}
    for path in sorted(raw_xml.glob("*/PromoFull*-0*.xml.gz")):
        slug = oracle.CHAIN_OF_FOLDER[path.parent.name]
        told: list[tuple[str, Told]] = []
        nodes = [node for node in read_nodes(path) if text_of(node, "RewardType")]
        if not nodes:
            continue
        for code in stores.get(slug, ["7", "0031"]):
            files = _make_store(dice, path.name, code, nodes)
            told += [(code, each) for each in files]
            store_id = f"{slug}:{oracle.strip_zeros(code)}"
            truth[store_id] = [read_node(slug, store_id, node) for node in _last(files)]
        dice.shuffle(told)
        for kind, is_full in (("promo_full_file", True), ("promo_file", False)):
            xmls = [
                _xml(path, code, each, is_old) for code, each in told if each.is_full is is_full
            ]
            if xmls:
                write_csv(folder / f"{kind}_{slug}.csv", xmls, is_old)
    return truth


def _make_store(dice: Random, name: str, code: str, nodes: list[etree._Element]) -> list[Told]:
    """A full file, sometimes one before it, and deltas on either side of it."""
    chain = name.removeprefix("PromoFull").split("-")[0]
    whole = dice.sample(nodes, len(nodes) // dice.choice((3, 6)))
    told: list[Told] = []
    for minute in dice.sample(range(0, 24 * 60, 7), 4):
        is_full = not told or (len(told) == 1 and dice.random() < 0.5)
        at = DAY + timedelta(minutes=minute)
        some = dice.sample(whole, int(0.9 * len(whole)) if is_full else 25)
        file = f"Promo{'Full' if is_full else ''}{chain}-{code}-{at:%Y%m%d%H%M}.xml"
        told.append(Told(at, is_full, file, [_changed(dice, node) for node in some]))
    return told


def _changed(dice: Random, node: etree._Element) -> etree._Element:
    """The promotion, or one of the same number at another price, sometimes switched off."""
    if dice.random() < 0.5:
        return node
    other = deepcopy(node)
    prices = other.iter("DiscountedPrice") if text_of(node, "IsWeightedPromo") == "0" else ()
    for price in prices:
        price.text = f"{Decimal(price.text or 0) * dice.choice((1, 2)) / 2:.2f}"
    if dice.random() < 0.2:
        for active in other.iter("AdditionalIsActive"):
            active.text = "0"
    return other


def _last(files: list[Told]) -> list[etree._Element]:
    """The promotions of the last full file, and those that later deltas told in other words."""
    base = max(told.at for told in files if told.is_full)
    found = {}
    for told in sorted(files, key=lambda told: told.at):
        if told.at >= base:
            for node in told.nodes:
                found[text_of(node, "PromotionId")] = node
    return list(found.values())


def _xml(path: Path, code: str, told: Told, is_old: bool) -> Xml:
    chain = told.file.split("-")[0].removeprefix("Promo").removeprefix("Full")
    head = head_row(path.parent.name, told.file, chain, code)
    return Xml(told.file, [head | node_row(node, is_old) for node in told.nodes])
