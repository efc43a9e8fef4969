"""What a chain lists and what each good costs there on each day."""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from superzol_local.sample.chains import Chain
from superzol_local.sample.dice import uniform
from superzol_local.sample.products import Product, with_check_digit
from superzol_local.sample.stores import Store

FIRST_DAY = date(2026, 5, 29)
CHANGE_SHARE = 0.03
EARLY_SHARE = 0.25
LISTED_SHARE = 0.01
ON_SHELF_SHARE = 0.88


def day_of(version: int) -> date:
    """Returns the day a version holds."""
    return FIRST_DAY + timedelta(days=version - 1)


class Shelf(NamedTuple):
    """A chain's goods. words: the columns that do not depend on store and day, a row per good."""

    chain: Chain
    products: tuple[Product, ...]
    numbers: NDArray[np.int64]
    base_agorot: NDArray[np.float64]
    staple: NDArray[np.bool_]
    words: pl.DataFrame

    def sold(self, store: Store, version: int) -> NDArray[np.bool_]:
        """Says which goods stand on this store's shelf."""
        listed_at = uniform("listed", self.numbers, self.chain.number)
        listed = (listed_at >= LISTED_SHARE) | (listed_at * 2 / LISTED_SHARE < version - 1)
        gone_at = uniform("delisted", self.numbers, self.chain.number)
        gone = (gone_at < LISTED_SHARE) & (gone_at * 2 / LISTED_SHARE < version - 1)
        here = uniform("on shelf", self.numbers, store.number) < ON_SHELF_SHARE
        return self.staple | (listed & ~gone & here)

    def changes(self, version: int) -> NDArray[np.bool_]:
        """Says which goods get a new price in this version."""
        return uniform("price change", self.numbers, self.chain.number, version) < CHANGE_SHARE

    def changes_early(self, version: int) -> NDArray[np.bool_]:
        """Says which of the next version's changes are published in the evening of this one."""
        early = uniform("early change", self.numbers, self.chain.number, version) < EARLY_SHARE
        return self.changes(version + 1) & early

    def epochs(self, version: int) -> NDArray[np.int64]:
        """Returns the version of the last change of each good, 1 when it never changed."""
        epochs = np.ones(len(self.numbers), dtype=np.int64)
        for changed in range(2, version + 1):
            epochs[self.changes(changed)] = changed
        return epochs

    def prices(self, store: Store, epochs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns prices in agorot, ending in 90 but for the smallest."""
        swing = 0.84 + 0.32 * uniform("price", self.numbers, self.chain.number, epochs)
        local = uniform("local price", self.numbers, store.number) < 0.05
        tier = 1.06 if store.is_dear else 1.0
        raw = self.base_agorot * self.chain.level * swing * tier * np.where(local, 0.95, 1.0)
        rounded = np.rint((raw - 90) / 100) * 100 + 90
        return np.where(raw < 90, np.rint(raw / 10) * 10, rounded).astype(np.int64)


def make_shelf(chain: Chain, products: list[Product]) -> Shelf:
    """Picks the goods a chain lists and writes them in its own words."""
    dice = uniform("carried", np.arange(len(products)), chain.number)
    carried = [p for p in products if _is_carried(chain, p, float(dice[p.number]))]
    codes = _codes(chain, carried)
    return Shelf(
        chain,
        tuple(carried),
        np.array([p.number for p in carried], dtype=np.int64),
        np.array([p.price_agorot for p in carried], dtype=np.float64),
        np.array([p.spread == 1 for p in carried]),
        pl.DataFrame([_words(chain, p, codes[p.number]) for p in carried]),
    )


def spell(chain: Chain, text: str) -> str:
    """Writes a text as the chain does."""
    for spelled, written in chain.spelling.items():
        text = text.replace(spelled, written)
    return text


def _is_carried(chain: Chain, product: Product, dice: float) -> bool:
    if chain.departments and product.department not in chain.departments:
        return False
    if product.label_of:
        return product.label_of == chain.slug and product.spread < 1
    return product.spread == 1 or dice < chain.share + product.spread - 0.5


def _codes(chain: Chain, carried: list[Product]) -> dict[int, str]:
    """Returns item codes by product number; internal ones are dealt anew in every chain."""
    internal = [p.number for p in carried if p.is_internal]
    dice = uniform("internal code", np.array(internal, dtype=np.int64), chain.number)
    codes = {}
    for rank, place in enumerate(np.argsort(dice, kind="stable")):
        codes[internal[int(place)]] = str(3 + rank * (1 + chain.number % 3))
    for p in carried:
        if p.department == "bakery":
            codes[p.number] = with_check_digit(f"729000000{int(codes[p.number]):03d}")
        elif not p.is_internal:
            codes[p.number] = p.gtin.lstrip("0") if chain.trims else p.gtin
    return codes


def _words(chain: Chain, product: Product, code: str) -> dict[str, str]:
    name = _name(chain, product)
    unit_of_quantity, unit_of_measure = chain.units[product.unit]
    known = float(uniform("manufacturer", product.number, chain.number)) < chain.manufacturer_known
    manufacturer = product.brand if known and product.brand else chain.manufacturer_unknown
    country_known = float(uniform("country", product.number, chain.number)) < 0.4
    return {
        "itemcode": code,
        "itemtype": "0" if product.is_internal else "1",
        "itemname": name,
        "manufacturername": manufacturer,
        "manufacturecountry": product.country if country_known else "לא ידוע",
        "manufactureritemdescription": name,
        "unitqty": unit_of_quantity,
        "quantity": f"{product.amount:g}" if chain.trims else f"{product.amount:.2f}",
        "unitofmeasure": unit_of_measure,
        "bisweighted": "1" if product.is_weighted else "0",
        "qtyinpackage": "0.0000" if chain.trims else "לא ידוע",
        "allowdiscount": "0" if product.department == "service" else "1",
        "itemstatus": "1",
        "itemid": str(3_900_000 + product.number * 17),
        "shelfcode": f"{product.department[:2].upper()}-{product.number % 40:02d}",
    }


def _name(chain: Chain, product: Product) -> str:
    brand_and_variant = [product.brand, product.variant]
    if chain.brand_last:
        brand_and_variant.reverse()
    size = [] if product.is_internal else [product.size]
    words = [product.noun, *brand_and_variant, *size]
    name = spell(chain, " ".join(word for word in words if word))
    if product.is_weighted and chain.trims:
        name += " במשקל"
    if chain.slug == "tiv_taam" and product.noun == "טורטיה":
        name = name.replace(" ", "\r", 1)
    return name[: chain.name_length].strip()
