"""Who sells what for how much, and the price files that say so."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.goods import Integers
from superzol_local.sample.masking import write_csv

CHANGED_SHARE = 0.02
DEARER_SHARE = 0.15
PRICE_COLUMNS = (
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


class Spec(NamedTuple):
    """A chain to be generated; products: its range, of which each store sells per_store."""

    slug: str
    legal_id: str
    stores: int
    per_store: int
    products: pl.DataFrame
    seed: int

    @property
    def folder(self) -> str:
        """The scraper's folder."""
        return f"app_data/dumps/{self.slug.title().replace('_', '')}"


class Shelves(NamedTuple):
    """Stores by products; changed: the price is new."""

    sold: NDArray[np.bool_]
    prices: Integers
    changed: NDArray[np.bool_]


class Visit(NamedTuple):
    """One file of one store; rows: the places of its products, None for the whole shelf."""

    store: int
    hour: int
    rows: Integers | None = None


def first_day(spec: Spec) -> Shelves:
    """Popular products stand on most shelves, and some shelves are dearer."""
    random = np.random.default_rng([spec.seed, 2])
    count = len(spec.products)
    draw = random.random((spec.stores, count)) * np.exp(random.normal(0, 0.6, count))
    least = np.partition(draw, -spec.per_store, axis=1)[:, -spec.per_store, None]
    prices = np.repeat(spec.products["base_price"].to_numpy()[None, :], spec.stores, axis=0)
    dearer = random.random((spec.stores, count)) < DEARER_SHARE
    prices[dearer] += random.integers(1, 30, int(dearer.sum())) * 10
    return Shelves(draw >= least, prices, np.zeros_like(dearer))


def next_day(spec: Spec, shelves: Shelves) -> Shelves:
    """Half of the changes hold in the whole chain, half on single shelves."""
    random = np.random.default_rng([spec.seed, 3])
    changed = random.random(shelves.sold.shape) < CHANGED_SHARE / 2
    changed |= random.random(len(spec.products))[None, :] < CHANGED_SHARE / 2
    prices = shelves.prices.copy()
    prices[changed] += random.integers(1, 20, int(changed.sum())) * 10
    return Shelves(shelves.sold, prices, changed)


def write_prices(
    path: Path, spec: Spec, day: str, shelves: Shelves, visits: Iterable[Visit]
) -> int:
    """Writes a price CSV, full files (PriceFull) or deltas; returns its rows."""
    kind = "PriceFull" if path.name.startswith("price_full") else "Price"
    rows = 0
    with path.open("wb") as file:
        for visit in visits:
            block = _price_block(kind, spec, day, shelves, visit)
            text = write_csv([block])
            file.write(text.partition(b"\n")[2] if rows else text)
            rows += len(block)
    return rows


def header(spec: Spec, kind: str, day: str, store: int, hour: int) -> dict[str, str]:
    """The cells that name the source of each row."""
    stamp = f"{day.replace('-', '')}{hour:02d}{store % 60:02d}"
    return {
        "found_folder": spec.folder,
        "file_name": f"{kind}{spec.legal_id}-{store + 1:03d}-{stamp}.xml",
        "chainid": spec.legal_id,
        "subchainid": "1",
        "storeid": f"{store + 1:03d}",
        "bikoretno": str(store % 10),
    }


def _price_block(kind: str, spec: Spec, day: str, shelves: Shelves, visit: Visit) -> pl.DataFrame:
    store = visit.store
    on_shelf = np.flatnonzero(shelves.sold[store]) if visit.rows is None else visit.rows
    touched = [
        f"{day} 04:00:00" if changed else f"2026-0{1 + number % 5}-1{number % 9} 09:12:44"
        for number, changed in zip(on_shelf, shelves.changed[store, on_shelf], strict=True)
    ]
    shekels = [f"{agorot / 100:.2f}" for agorot in shelves.prices[store, on_shelf]]
    source = header(spec, kind, day, store, visit.hour)
    constants = {
        "itemtype": "1",
        "qtyinpackage": "לא ידוע",
        "allowdiscount": "1",
        "itemstatus": "1",
    }
    block = spec.products[on_shelf].with_columns(
        **{name: pl.lit(value) for name, value in (source | constants).items()},
        priceupdatedate=pl.Series(touched),
        manufactureritemdescription="itemname",
        itemprice=pl.Series(shekels),
        unitofmeasureprice=pl.Series([f"{price}00" for price in shekels]),
    )
    return block.select(*source, *PRICE_COLUMNS)


def write_stores(folder: Path, spec: Spec, day: str) -> None:
    """Writes the store file of a chain."""
    codes = [str(store + 1) for store in range(spec.stores)]
    block = pl.DataFrame({"storeid": codes}).select(
        found_folder=pl.lit(spec.folder),
        file_name=pl.lit(f"Stores{spec.legal_id}-000-{day.replace('-', '')}0500.xml"),
        chainid=pl.lit(spec.legal_id),
        chainname=pl.lit(f"רשת {spec.slug}"),
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
    (folder / f"store_file_{spec.slug}.csv").write_bytes(write_csv([block]))
