"""Writes the snapshot folders of the sample, one version per day."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from superzol_local.sample.chains import CHAINS, Chain
from superzol_local.sample.dice import uniform
from superzol_local.sample.masking import write_csv
from superzol_local.sample.products import make_products
from superzol_local.sample.promotion_rows import Told, tell_promotions
from superzol_local.sample.promotions import are_told_in, make_promotions
from superzol_local.sample.shelf import Shelf, day_of, make_shelf
from superzol_local.sample.stores import Store, describe_stores, make_stores

VERSIONS = 3
STORES_AGAIN = {2: ("shufersal", "rami_levy"), 3: ("tiv_taam",)}
ABSENT_STORE = ("rami_levy", 5, 2)
LATE_COLUMN = ("yohananof", "lastsaledatetime")
COLUMNS = (
    "found_folder",
    "file_name",
    "chainid",
    "subchainid",
    "storeid",
    "bikoretno",
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
    "shelfcode",
    "lastsaledatetime",
)
OPTIONAL = frozenset({"itemid", "shelfcode", "lastsaledatetime"})


def write_snapshot(folder: Path, version: int) -> None:
    """Writes one version into an existing folder; the same bytes every time."""
    for chain in CHAINS:
        stores = make_stores()[chain.slug]
        full = [_full(chain, store, version) for store in stores if _reports(chain, store, version)]
        (folder / f"price_full_file_{chain.slug}.csv").write_bytes(write_csv(full))
        if chain.has_deltas:
            deltas = [_delta(chain, store, version) for store in stores[::3]]
            (folder / f"price_file_{chain.slug}.csv").write_bytes(write_csv(deltas))
        _write_promotions(folder, chain, version)
        described = describe_stores(chain, stores, day_of(version))
        if version > 1 and chain.slug not in STORES_AGAIN[version]:
            if chain.number % 2:
                continue
            described = [described[0].clear()]
        (folder / f"store_file_{chain.slug}.csv").write_bytes(write_csv(described))
    times = {str(index): f"{day_of(index + 1)} 23:40:{12 + index}" for index in range(version)}
    (folder / "index.json").write_text(json.dumps(times), encoding="utf-8")


def _write_promotions(folder: Path, chain: Chain, version: int) -> None:
    """Writes what each store promotes; what is new tomorrow is announced with its prices."""
    shelf, stores = shelves()[chain.slug], make_stores()[chain.slug]
    today, tomorrow = (make_promotions(shelf, day) for day in (version, version + 1))
    told = tell_promotions(shelf, today)
    reporting = [store for store in stores if _reports(chain, store, version)]
    full = [_promotions(chain, store, version, told, "PromoFull") for store in reporting]
    (folder / f"promo_full_file_{chain.slug}.csv").write_bytes(write_csv(full))
    fresh = [promotion for promotion in tomorrow if promotion not in today]
    if chain.has_deltas and fresh:
        told = tell_promotions(shelf, fresh)
        deltas = [_promotions(chain, store, version, told, "Promo") for store in stores[::3]]
        (folder / f"promo_file_{chain.slug}.csv").write_bytes(write_csv(deltas))


@cache
def shelves() -> dict[str, Shelf]:
    """Returns the shelf of each chain, by slug."""
    products = make_products({chain.slug: chain.label for chain in CHAINS if chain.label})
    return {chain.slug: make_shelf(chain, products) for chain in CHAINS}


def _reports(chain: Chain, store: Store, version: int) -> bool:
    return (chain.slug, make_stores()[chain.slug].index(store), version) != ABSENT_STORE


def _full(chain: Chain, store: Store, version: int) -> pl.DataFrame:
    shelf = shelves()[chain.slug]
    epochs = shelf.epochs(version)
    goods = np.flatnonzero(shelf.sold(store, version))
    goods = _repeat_some(shelf, store, goods)
    time = f"03{store.number % 60:02d}"
    rows = _rows(shelf, store, version, goods, epochs)
    if chain.slug == LATE_COLUMN[0] and store.code > 10:
        rows = rows.with_columns(pl.lit(f"{day_of(version)} 01:15:00").alias(LATE_COLUMN[1]))
    return _sign(chain, store, rows, f"PriceFull{_source(chain, store, version, time)}")


def _delta(chain: Chain, store: Store, version: int) -> pl.DataFrame:
    """Returns prices of tomorrow that are published this evening."""
    shelf = shelves()[chain.slug]
    epochs = np.where(shelf.changes_early(version), version + 1, shelf.epochs(version))
    goods = np.flatnonzero(shelf.sold(store, version) & shelf.changes_early(version))
    rows = _rows(shelf, store, version, goods, epochs)
    return _sign(chain, store, rows, f"Price{_source(chain, store, version, '1841')}")


def _promotions(chain: Chain, store: Store, version: int, told: Told, kind: str) -> pl.DataFrame:
    """Returns those that this store has; kind: of file, PromoFull or Promo."""
    time = f"04{store.number % 60:02d}" if kind == "PromoFull" else "1844"
    whole = _whole(chain, store, f"{kind}{_source(chain, store, version, time)}")
    rows = told.rows.filter(are_told_in(store, told.numbers))
    return rows.select(*(pl.lit(text).alias(name) for name, text in whole.items()), pl.all())


def _source(chain: Chain, store: Store, version: int, time: str) -> str:
    day = day_of(version)
    if chain.slug == "victory_new_source":
        return f"{store.legal_id}-{store.sub_chain:03d}-{store.code:03d}-{day:%Y%m%d}-{time}00.xml"
    return f"{store.legal_id}-{store.code:03d}-{day:%Y%m%d}{time}.xml"


def _repeat_some(shelf: Shelf, store: Store, goods: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lists a few goods twice in a row, as the chains do."""
    twice = uniform("twice", shelf.numbers[goods], store.number) < 0.0004
    return np.repeat(goods, np.where(twice, 2, 1))


def _rows(
    shelf: Shelf,
    store: Store,
    version: int,
    goods: NDArray[np.int64],
    epochs: NDArray[np.int64],
) -> pl.DataFrame:
    again = np.diff(goods, prepend=-1) == 0
    agorot = shelf.prices(store, epochs)[goods] + 20 * (again & (goods % 2 == 0))
    zero = uniform("zero", shelf.numbers[goods], store.number) < 0.0003
    missing = uniform("missing", shelf.numbers[goods], store.number, version) < 0.00008
    missing[-1:] = False  # a bad last row would mean that the file was cut
    shekels = np.where(zero, 0, agorot) / 100
    style = "g" if shelf.chain.trims else ".2f"
    texts = [
        "" if is_missing else f"{each:{style}}"
        for each, is_missing in zip(shekels, missing, strict=True)
    ]
    minutes = (uniform("minute", shelf.numbers[goods], epochs[goods]) * 1440).astype(np.int64)
    touched = np.minimum(epochs[goods], version)
    since = [_updated(int(e), int(m)) for e, m in zip(touched, minutes, strict=True)]
    return (
        shelf.words[goods]
        .with_columns(
            pl.Series("itemprice", texts, dtype=pl.String),
            pl.Series("unitofmeasureprice", shekels) / pl.col("quantity").cast(pl.Float64),
            pl.Series("priceupdatedate", since, dtype=pl.String),
        )
        .with_columns(pl.col("unitofmeasureprice").round(4).cast(pl.String))
    )


def _updated(epoch: int, minute: int) -> str:
    """Returns when the price was last touched: on its day of change, or some day before all."""
    if epoch > 1:
        return f"{day_of(epoch)} {minute % 3:02d}:{minute % 60:02d}:00"
    return f"{day_of(-minute)} {minute // 60:02d}:{minute % 60:02d}:00"


def _sign(chain: Chain, store: Store, rows: pl.DataFrame, file: str) -> pl.DataFrame:
    """Adds what is the same for a whole source XML, in the order and words of the chain."""
    whole = _whole(chain, store, file)
    rows = rows.with_columns(pl.lit(text).alias(name) for name, text in whole.items())
    present = [name for name in _columns(chain) if name in rows.columns]
    return rows.select(pl.col(name).alias(chain.columns.get(name, name)) for name in present)


def _whole(chain: Chain, store: Store, file: str) -> dict[str, str]:
    """Returns what is the same for a whole source XML, by column."""
    return {
        "found_folder": f"app_data/dumps/{chain.folder}",
        "file_name": file,
        "chainid": store.legal_id,
        "subchainid": str(store.sub_chain),
        "storeid": f"{store.code:0{chain.padding}d}",
        "bikoretno": str(store.number % 10),
    }


def _columns(chain: Chain) -> Sequence[str]:
    usual = [name for name in COLUMNS if chain.columns.get(name, name)]
    return [name for name in usual if name not in OPTIONAL or name in chain.extras]
