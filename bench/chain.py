"""Makes the snapshot folders of one large chain: seeded, and kept for the next run."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from superzol_local.sample.masking import write_csv

CHAIN = "bench_chain"
LEGAL_ID = "7290058140886"
STORES = 152
REPUBLISHED_STORES = 8
PRODUCTS = 22_000
PRODUCTS_PER_STORE = 10_000
ROWS = (STORES + REPUBLISHED_STORES) * PRODUCTS_PER_STORE
CHANGED_SHARE = 0.02
SEED = 20260601
COLUMNS = (
    "priceupdatedate",
    "itemcode",
    "itemtype",
    "itemname",
    "manufacturername",
    "manufacturecountry",
    "manufactureritemdescription",
    "unitqty",
    "quantity",
    "unitofmeasure",
    "bisweighted",
    "qtyinpackage",
    "itemprice",
    "unitofmeasureprice",
    "allowdiscount",
    "itemstatus",
    "itemid",
)
DAYS = ("2026-06-01", "2026-06-02")
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


class Chain(NamedTuple):
    """Where the generated files are."""

    days: tuple[Path, Path]
    first_day_prices: Path
    text_for_copy: Path


class Shelves(NamedTuple):
    """Who sells what for how much: stores by products."""

    sold: NDArray[np.bool_]
    prices: Integers
    changed: NDArray[np.bool_]


def make_chain(work: Path) -> Chain:
    """Generates both days below the folder, or finds them there."""
    days = (work / "day1", work / "day2")
    prices = days[0] / f"price_full_file_{CHAIN}.csv"
    chain = Chain(days, prices, work / "day1_for_copy.csv")
    finished = work / f"finished-{SEED}-{ROWS}"
    if not finished.exists():
        products = _products(np.random.default_rng([SEED, 1]))
        shelves = _first_day(products["base_price"].to_numpy())
        for folder, day in zip(days, DAYS, strict=True):
            folder.mkdir(parents=True, exist_ok=True)
            _write_stores(folder, day)
            _write_prices(folder, day, products, shelves)
            shelves = _next_day(shelves)
        chain.text_for_copy.write_bytes(prices.read_bytes().replace(b"\r", b""))
        finished.touch()
    return chain


def _products(random: np.random.Generator) -> pl.DataFrame:
    """The range of the chain, in the order in which its files list it."""
    words = random.integers(0, len(WORDS), (3, PRODUCTS))
    grams = random.integers(1, 40, PRODUCTS) * 25
    bodies = np.sort(random.choice(10**6, PRODUCTS, replace=False)) + 729_100_000_000
    unit = np.sort(random.integers(0, len(UNITS), PRODUCTS))
    brand = random.integers(0, len(BRANDS), PRODUCTS)
    numbers = range(PRODUCTS)
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
            "itemid": [str(number) for number in random.integers(1000, 7_000_000, PRODUCTS)],
            "base_price": np.exp(random.normal(7.2, 0.8, PRODUCTS)).astype(np.int64) // 10 * 10
            + 90,
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


def _first_day(base_prices: Integers) -> Shelves:
    random = np.random.default_rng([SEED, 2])
    draw = random.random((STORES, PRODUCTS)) * np.exp(random.normal(0, 0.6, PRODUCTS))
    least = np.partition(draw, -PRODUCTS_PER_STORE, axis=1)[:, -PRODUCTS_PER_STORE, None]
    prices = np.repeat(base_prices[None, :], STORES, axis=0)
    dearer = random.random((STORES, PRODUCTS)) < 0.15
    prices[dearer] += random.integers(1, 30, int(dearer.sum())) * 10
    return Shelves(draw >= least, prices, np.zeros_like(dearer))


def _next_day(shelves: Shelves) -> Shelves:
    """Half of the changes hold in the whole chain, half on single shelves."""
    random = np.random.default_rng([SEED, 3])
    changed = random.random((STORES, PRODUCTS)) < CHANGED_SHARE / 2
    changed |= random.random(PRODUCTS)[None, :] < CHANGED_SHARE / 2
    prices = shelves.prices.copy()
    prices[changed] += random.integers(1, 20, int(changed.sum())) * 10
    return Shelves(shelves.sold, prices, changed)


def _write_prices(folder: Path, day: str, products: pl.DataFrame, shelves: Shelves) -> None:
    path = folder / f"price_full_file_{CHAIN}.csv"
    visits = [(store, 6) for store in range(STORES)]
    visits += [(store, 14) for store in range(REPUBLISHED_STORES)]
    with path.open("wb") as file:
        for position, (store, hour) in enumerate(visits):
            text = write_csv([_block(day, hour, store, products, shelves)])
            file.write(text if position == 0 else text.partition(b"\n")[2])


def _block(
    day: str, hour: int, store: int, products: pl.DataFrame, shelves: Shelves
) -> pl.DataFrame:
    on_shelf = np.flatnonzero(shelves.sold[store])
    stamp = f"{day.replace('-', '')}{hour:02d}{store % 60:02d}"
    touched = [
        f"{day} 04:00:00" if changed else f"2026-0{1 + number % 5}-1{number % 9} 09:12:44"
        for number, changed in zip(on_shelf, shelves.changed[store, on_shelf], strict=True)
    ]
    shekels = [f"{agorot / 100:.2f}" for agorot in shelves.prices[store, on_shelf]]
    header = {
        "found_folder": "app_data/dumps/BenchChain",
        "file_name": f"PriceFull{LEGAL_ID}-{store + 1:03d}-{stamp}.xml",
        "chainid": LEGAL_ID,
        "subchainid": "1",
        "storeid": f"{store + 1:03d}",
        "bikoretno": str(store % 10),
    }
    constants = {
        "itemtype": "1",
        "qtyinpackage": "לא ידוע",
        "allowdiscount": "1",
        "itemstatus": "1",
    }
    block = products[on_shelf].with_columns(
        **{name: pl.lit(value) for name, value in (header | constants).items()},
        priceupdatedate=pl.Series(touched),
        manufactureritemdescription="itemname",
        itemprice=pl.Series(shekels),
        unitofmeasureprice=pl.Series([f"{price}00" for price in shekels]),
    )
    return block.select(*header, *COLUMNS)


def _write_stores(folder: Path, day: str) -> None:
    codes = [str(store + 1) for store in range(STORES)]
    block = pl.DataFrame({"storeid": codes}).select(
        found_folder=pl.lit("app_data/dumps/BenchChain"),
        file_name=pl.lit(f"Stores{LEGAL_ID}-000-{day.replace('-', '')}0500.xml"),
        chainid=pl.lit(LEGAL_ID),
        chainname=pl.lit("רשת המדידה"),
        lastupdatedate=pl.lit(day),
        lastupdatetime=pl.lit("05:00:00"),
        subchainid=pl.lit("1"),
        subchainname=pl.lit("1"),
        storeid="storeid",
        bikoretno=pl.lit("0"),
        storetype=pl.lit("1"),
        storename=pl.lit("סניף ") + pl.col("storeid"),
        address=pl.lit("הרצל ") + pl.col("storeid"),
        city=pl.lit("חיפה"),
        zipcode=pl.lit("unknown"),
    )
    (folder / f"store_file_{CHAIN}.csv").write_bytes(write_csv([block]))
