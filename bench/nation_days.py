"""Makes any day of a nation: prices change, goods come and go, promotions end."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.nation import DAYS, STORES, chain_spec, one_thread
from bench.nation_promotions import write_promotions
from bench.shelves import Shelves, Spec, Visit, first_day, next_day, write_prices, write_stores

MOVED_SHARE = 0.005  # of a shelf: goods that leave it each day, and as many that come to it
PROCESSES = 3
FIRST_DAY = date.fromisoformat(DAYS[0])


def make_day(folder: Path, day: int, scale: float) -> int:
    """Writes the files of a day, from 0, in the place of what is there; returns rows of prices.

    scale: share of each chain's stores; the shelves stay as long as they are.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    context = get_context("spawn")
    count = len(STORES)
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=one_thread) as pool:
        return sum(
            pool.map(_make_chain, [folder] * count, range(count), [day] * count, [scale] * count)
        )


def _make_chain(folder: Path, number: int, day: int, scale: float) -> int:
    spec = chain_spec(number)
    spec = spec._replace(stores=max(1, round(spec.stores * scale)))
    named = f"{FIRST_DAY + timedelta(day)}"
    write_stores(folder, spec, named)
    write_promotions(folder / f"promo_full_file_{spec.slug}.csv", spec, named, day)
    prices = folder / f"price_full_file_{spec.slug}.csv"
    visits = [Visit(store, 6) for store in range(spec.stores)]
    return write_prices(prices, spec, named, _shelves(spec, day), visits)


def _shelves(spec: Spec, day: int) -> Shelves:
    """What a chain sells on a day: that of the day before, some of it moved and repriced."""
    shelves = first_day(spec)
    for passed in range(1, day + 1):
        random = np.random.default_rng([spec.seed, 6, passed])
        shelves = next_day(spec._replace(seed=spec.seed + 10_000 * passed), shelves)
        sold = shelves.sold.copy()
        count = round(spec.per_store * MOVED_SHARE)
        for shelf in sold:
            left = random.choice(np.flatnonzero(shelf), count, replace=False)
            came = random.choice(np.flatnonzero(~shelf), count, replace=False)
            shelf[left], shelf[came] = False, True
        shelves = shelves._replace(sold=sold)
    return shelves
