"""Makes the snapshot folders of one large chain: seeded, and kept for the next run."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.goods import make_products
from bench.shelves import Spec, Visit, first_day, next_day, write_prices, write_stores

CHAIN = "bench_chain"
LEGAL_ID = "7290058140886"
STORES = 152
REPUBLISHED_STORES = 8
PRODUCTS = 22_000
PRODUCTS_PER_STORE = 10_000
ROWS = (STORES + REPUBLISHED_STORES) * PRODUCTS_PER_STORE
SEED = 20260601
DAYS = ("2026-06-01", "2026-06-02")


class Chain(NamedTuple):
    """Where the generated files are."""

    days: tuple[Path, Path]
    text_for_copy: Path


def make_chain(work: Path) -> Chain:
    """Generates both days below the folder, or finds them there."""
    days = (work / "day1", work / "day2")
    prices = days[0] / f"price_full_file_{CHAIN}.csv"
    chain = Chain(days, work / "day1_for_copy.csv")
    finished = work / f"finished-{SEED}-{ROWS}"
    if not finished.exists():
        products = make_products(np.random.default_rng([SEED, 1]), PRODUCTS)
        spec = Spec(CHAIN, LEGAL_ID, STORES, PRODUCTS_PER_STORE, products, SEED)
        visits = [Visit(store, 6) for store in range(STORES)]
        visits += [Visit(store, 14) for store in range(REPUBLISHED_STORES)]
        shelves = first_day(spec)
        for folder, day in zip(days, DAYS, strict=True):
            folder.mkdir(parents=True, exist_ok=True)
            write_stores(folder, spec, day)
            write_prices(folder / prices.name, spec, day, shelves, visits)
            shelves = next_day(spec, shelves)
        chain.text_for_copy.write_bytes(prices.read_bytes().replace(b"\r", b""))
        finished.touch()
    return chain
