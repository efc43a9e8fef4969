"""The goods of the sample: noun x brand x variant x size, and the barcodes they carry."""

from collections.abc import Iterator
from importlib.resources import files
from itertools import product as cross
from typing import NamedTuple

import numpy as np

from superzol_local.sample.dice import uniform

INTERNAL = frozenset({"produce", "meat", "deli", "bakery", "service"})
WEIGHTED = frozenset({"produce", "meat", "deli"})
GRAMS = {"גרם": 1.0, 'ק"ג': 1000.0, 'מ"ל': 1.0, "ליטר": 1000.0, "יח'": 1.0}
FOREIGN = {"800": "איטליה", "400": "גרמניה", "300": "צרפת", "871": "הולנד", "500": "אנגליה"}


class Product(NamedTuple):
    """One good. number: its place in the list of all goods, the key of its dice."""

    number: int
    department: str
    noun: str
    brand: str
    variant: str
    amount: float
    unit: str
    price_agorot: int
    spread: float
    label_of: str
    gtin: str
    country: str

    @property
    def size(self) -> str:
        return f"{self.amount:g} {self.unit}"

    @property
    def is_internal(self) -> bool:
        return self.department in INTERNAL

    @property
    def is_weighted(self) -> bool:
        return self.department in WEIGHTED


def make_products(labels: dict[str, str]) -> list[Product]:
    """Returns all goods; labels: private brand by the slug of the one chain that sells it."""
    products: list[Product] = []
    company_of: dict[str, int] = {}
    for line in _lines():
        for brand, label_of, variant, size in _combinations(line, labels):
            number = len(products)
            company = company_of.setdefault(brand, len(company_of))
            gtin, country = ("", "ישראל") if line.brands == [""] else make_gtin(number, company)
            amount, unit = size.split(" ", 1)
            products.append(
                Product(
                    number,
                    line.department,
                    line.noun,
                    brand,
                    variant,
                    float(amount),
                    unit,
                    _price(line, size, number),
                    line.spread,
                    label_of,
                    gtin,
                    country,
                )
            )
    return products


def make_gtin(number: int, company: int) -> tuple[str, str]:
    """Returns a barcode with a right check digit and the country that goes with it."""
    kind = float(uniform("barcode", number))
    if kind < 0.015:
        return with_check_digit(f"729{number:04d}"), "ישראל"
    if kind < 0.03:
        return with_check_digit(f"0{16000 + company:05d}{number:05d}"), "ארצות הברית"
    if kind < 0.12:
        prefix = list(FOREIGN)[company % len(FOREIGN)]
        return with_check_digit(f"{prefix}{1000 + company:04d}{number:05d}"), FOREIGN[prefix]
    return with_check_digit(f"729{1100 + company:04d}{number:05d}"), "ישראל"


def with_check_digit(digits: str) -> str:
    """Appends the check digit of GS1: weights 3 and 1 from the right."""
    weighted = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return f"{digits}{-weighted % 10}"


class _Line(NamedTuple):
    department: str
    noun: str
    brands: list[str]
    variants: list[str]
    sizes: list[str]
    price_agorot: int
    spread: float


def _lines() -> Iterator[_Line]:
    text = files("superzol_local.sample").joinpath("goods.txt").read_text(encoding="utf-8")
    for row in text.splitlines()[1:]:
        department, noun, brands, variants, sizes, price, spread = row.split("|")
        yield _Line(
            department,
            noun,
            brands.split(";"),
            variants.split(";"),
            sizes.split(";"),
            int(price),
            float(spread),
        )


def _combinations(line: _Line, labels: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Yields brand, slug of the chain whose private brand it is, variant and size."""
    for brand, variant, size in cross(line.brands, line.variants, line.sizes):
        yield brand, "", variant, size
    if line.brands != [""]:
        for (slug, brand), variant in cross(labels.items(), line.variants):
            yield brand, slug, variant, line.sizes[0]


def _price(line: _Line, size: str, number: int) -> int:
    """Scales the price of the line by size: twice as much costs 1.75 times as much."""
    amount, unit = size.split(" ", 1)
    first_amount, first_unit = line.sizes[0].split(" ", 1)
    ratio = float(amount) * GRAMS[unit] / (float(first_amount) * GRAMS[first_unit])
    noise = 0.85 + 0.3 * float(uniform("price of product", number))
    return int(np.rint(line.price_agorot * ratio**0.8 * noise))
