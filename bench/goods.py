"""The goods that generated chains sell: plausible names, codes with check digits, units."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

WORDS = (
    "חלב",
    "קוטג'",
    "גבינה",
    "לחם",
    "פיתה",
    "אורז",
    "פסטה",
    "שמן",
    "זית",
    "טונה",
    "חומוס",
    "טחינה",
    "במבה",
    "שוקולד",
    "עוגיות",
    "קפה",
    "תה",
    "סוכר",
    "מלח",
    "קמח",
    "ביצים",
    "מלפפון",
    "תפוח",
    "בננה",
    "עוף",
    "בקר",
    "דג",
    "יוגורט",
    "מעדן",
    "מיץ",
    "מים",
    "בירה",
    "יין",
    "שמפו",
    "סבון",
)
BRANDS = ("תנובה", "אסם", "עלית", "שטראוס", "יטבתה", "סוגת", "ויליפוד", "לא ידוע", "", "טרה")
UNITS = (("גרם", "100 גרם"), ("ליטר", '100 מ"ל'), ("יחידה", "יחידה"), ('ק"ג', 'ק"ג'))

Integers = NDArray[np.int64]


def make_products(random: np.random.Generator, count: int) -> pl.DataFrame:
    """Products in the order in which files list them; base_price is in agorot."""
    words = random.integers(0, len(WORDS), (3, count))
    grams = random.integers(1, 40, count) * 25
    bodies = np.sort(random.choice(10**6, count, replace=False)) + 729_100_000_000
    unit = np.sort(random.integers(0, len(UNITS), count))
    brand = random.integers(0, len(BRANDS), count)
    numbers = range(count)
    names = [
        _name(number, [WORDS[row[number]] for row in words], grams[number]) for number in numbers
    ]
    codes = [
        str(number + 1) if number % 33 == 0 else _with_check_digit(int(bodies[number]))
        for number in numbers
    ]
    return pl.DataFrame(
        {
            "itemcode": codes,
            "itemname": names,
            "manufacturername": [BRANDS[number] for number in brand],
            "manufacturecountry": [("ישראל", "לא ידוע", "")[number % 3] for number in brand],
            "unitqty": [UNITS[number][0] for number in unit],
            "quantity": [f"{number}.00" for number in grams],
            "unitofmeasure": [UNITS[number][1] for number in unit],
            "bisweighted": ["1" if number == 3 else "0" for number in unit],
            "itemid": [str(number) for number in random.integers(1000, 7_000_000, count)],
            "base_price": np.exp(random.normal(7.2, 0.8, count)).astype(np.int64) // 10 * 10 + 90,
        }
    )


def _name(number: int, words: list[str], grams: int) -> str:
    name = f"{words[0]} {words[1]} {words[2]} {grams} גר"
    if number % 20 == 0:
        name = f'{name} "מבצע"'
    return f"{name[:6]}\r{name[6:]}" if number % 5000 == 17 else name


def _with_check_digit(body: int) -> str:
    digits = [int(digit) for digit in str(body)]
    total = sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{body}{-total % 10}"
