"""Snapshots that nobody has seen, made out of the real XML, and what has to be served of them.

Stores are multiplied, goods left out, prices changed, files put in any order, full files and deltas
told together: what a day of the dataset does. The truth is kept while making it.
"""

import re
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from lxml import etree

from tests.real import oracle
from tests.real.publisher import Row, Xml, head_row, write_csv

GOOD_SHARE = 0.7  # of a store's rows, which a full file has at least
# In Israel clocks went forward on one of these days, at two, and back on another.
DAYS = (datetime(2026, 3, 10), datetime(2025, 3, 28), datetime(2025, 10, 26))
MINUTES = (*range(0, 120, 7), *range(180, 24 * 60, 7))
NAMES = (
    "{kind}{chain}-{store}-{day:%Y%m%d%H%M}.xml",
    "{kind}{chain}-001-{store}-{day:%Y%m%d-%H%M}00.xml",
    "{kind}{chain}-{store}-{day:%Y%m%d%H%M}-001.xml",
    "NULL{kind}{chain}-{store}-{day:%Y%m%d%H%M}.aspx.xml",
)


class Told(NamedTuple):
    """One file of a store: when it was made, and the row of each item that it holds."""

    at: datetime
    is_full: bool
    xml: Xml


class Offer(NamedTuple):
    """What has to be served of one item in one store."""

    price_agorot: int
    weighted: bool


class Truth(NamedTuple):
    """offers: by store and product. seen: newest file and its time, by store.

    units: ways in which a chain writes quantity, unit and measure, by product and chain, also in
    files that do not count. codes: of stores as they are written, by chain.
    """

    offers: dict[str, dict[str, Offer]]
    seen: dict[str, tuple[str, datetime]]
    units: dict[tuple[str, str], set[tuple[str, str, str]]]
    codes: dict[str, list[str]]


def make_prices(raw_xml: Path, folder: Path, dice: Random, eras: str) -> Truth:
    """Writes the price files of each chain into the folder, each in one of the eras."""
    truth = Truth({}, {}, defaultdict(set), defaultdict(list))
    midnight = dice.choice(DAYS)
    for path in sorted(raw_xml.glob("*/Price*.xml.gz")):
        slug = oracle.CHAIN_OF_FOLDER[path.parent.name]
        chain, items = read_items(path)
        told: list[Told] = []
        for code in dice.sample(range(1, 900), dice.randint(2, 4)):
            store = _padded(dice, code)
            files = _make_store(dice, (path.parent.name, chain, store), items, midnight)
            _keep_truth(truth, slug, f"{slug}:{code}", files)
            truth.codes[slug] += [store] if files else []
            told += files
        dice.shuffle(told)
        for kind, is_full in (("price_full_file", True), ("price_file", False)):
            xmls = [each.xml for each in told if each.is_full is is_full]
            if xmls:
                write_csv(folder / f"{kind}_{slug}.csv", xmls, is_old=dice.choice(eras) == "A")
    return truth


def read_items(path: Path) -> tuple[str, list[Row]]:
    """The number of the chain and its items, each by lower-cased tag; only those with a price."""
    root = oracle.read_root(path)
    chain = next(node.text or "" for node in root.iter() if str(node.tag).lower() == "chainid")
    rows = [_item(node) for node in root.iter(*oracle.ITEM_TAGS)]
    return chain, [row for row in rows if row.get("itemcode") and row.get("itemprice")]


def _item(node: etree._Element) -> Row:
    return {str(child.tag).lower(): child.text or "" for child in node}


def _padded(dice: Random, code: int) -> str:
    return dice.choice(("{}", "{:03d}", "{:04d}")).format(code)


def _make_store(
    dice: Random, place: tuple[str, str, str], items: list[Row], midnight: datetime
) -> list[Told]:
    """One or two full files, sometimes none, and up to four deltas, at different minutes."""
    share = dice.choice((0.1, 0.3, 0.5))
    times = dice.sample(MINUTES, 6)
    fulls = dice.choice((0, 1, 1, 1, 2, 2))
    first = dice.sample(items, int(share * len(items)))
    told = []
    for number, minute in enumerate(times):
        is_full = number < fulls
        if not is_full and dice.random() < 0.4:
            continue
        rows = first
        if number == 1 and is_full:  # a second full file: whole, or half gone
            rows = dice.sample(first, int(dice.choice((0.9, 0.4)) * len(first)))
        if not is_full:
            rows = dice.sample(items, min(len(items), dice.randint(1, 40)))
        at = midnight + timedelta(minutes=minute)
        told.append(_make_file(dice, place, rows, at, is_full))
    return told


def _make_file(
    dice: Random, place: tuple[str, str, str], rows: list[Row], at: datetime, is_full: bool
) -> Told:
    folder, chain, store = place
    kind = "PriceFull" if is_full else "Price"
    file = dice.choice(NAMES).format(kind=kind, chain=chain, store=store, day=at)
    shown = [_changed(dice, row) for row in dice.sample(rows, len(rows))]
    shown += [_changed(dice, row) for row in rows[:2]]  # told twice: the last one counts
    head = head_row(folder, file, chain, store)
    whole = at.replace(tzinfo=oracle.JERUSALEM)
    return Told(whole, is_full, Xml(file, [head | row for row in shown]))


def _changed(dice: Random, row: Row) -> Row:
    """The row, often at another price, written as chains write prices."""
    if dice.random() < 0.5:
        return row
    shekels = dice.choice((f"{dice.randint(1, 99)}", f"{dice.randint(1, 999) / 10}", "0.00"))
    return row | {
        "itemprice": shekels if dice.random() < 0.3 else f"{dice.randint(1, 9999) / 100:.2f}"
    }


def _keep_truth(truth: Truth, slug: str, store_id: str, files: list[Told]) -> None:
    if not files:
        return
    ordered = sorted(files, key=lambda told: told.at)
    base: Told | None = None
    for told in ordered:
        is_good = base is None or len(told.xml.rows) >= GOOD_SHARE * len(base.xml.rows)
        if told.is_full and is_good:
            base = told
    counted = [told for told in ordered if base is None or told is base or told.at > base.at]
    offers = truth.offers.setdefault(store_id, {})
    for row in (row for told in counted for row in told.xml.rows):
        product_id = oracle.product_id(slug, row["itemcode"])
        is_weighted = (row.get("bisweighted") or row.get("blsweighted") or "0").strip() == "1"
        offers[product_id] = Offer(oracle.agorot(row["itemprice"]), is_weighted)
    for row in (row for told in files for row in told.xml.rows):
        truth.units[oracle.product_id(slug, row["itemcode"]), slug].add(units_of(row))
    truth.seen[store_id] = (ordered[-1].xml.file, ordered[-1].at)


def units_of(row: Row) -> tuple[str, str, str]:
    """Quantity, unit and measure as written, without outer blanks."""
    measure = row.get("unitofmeasure") or row.get("unitmeasure") or ""
    told = row.get("quantity", ""), row.get("unitqty", ""), measure
    quantity, unit, base = (re.sub(r"^\s+|\s+$", "", text) for text in told)
    return quantity, unit, base
