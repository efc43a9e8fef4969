"""Makes two days of a nation: 33 chains, full files, deltas, promotions; kept for later runs."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.goods import Integers, make_products
from bench.nation_promotions import write_promotions
from bench.shelves import Shelves, Spec, Visit, first_day, next_day, write_prices, write_stores

SEED = 20260602
# Stores of each chain, as unequal as the real ones are; and products on a shelf.
STORES = (
    *(310, 262, 231, 204, 181, 160, 142, 126, 112, 100, 89, 79, 70, 62, 55, 49, 43, 38, 34),
    *(30, 27, 24, 20, 18, 8, 5, 3, 2, 1, 1, 1, 1, 1),
)
PRODUCTS = 230_000
LARGEST_SHELF, SMALLEST_SHELF = 6_900, 2_500
SHELF_STEP = 190
RANGE_OF_SHELF = 2.2
DELTA_FILES, DELTA_ROWS = 6, 310
FLOOD_FILES, FLOOD_ROWS = 20, 1_000  # of the largest chain
DAYS = ("2026-06-01", "2026-06-02")


class Rows(NamedTuple):
    """How many rows the files of one day have."""

    full: int
    deltas: int
    promotions: int


class Nation(NamedTuple):
    """Folders of full price files and stores, by day; of everything of the first day; and the same
    files without carriage returns, as psql needs them.
    """

    days: tuple[Path, Path]
    everything: Path
    full_for_copy: Path
    everything_for_copy: Path
    rows: Rows


def make_nation(work: Path) -> Nation:
    """Generates the nation below the folder, or finds it there."""
    days = (work / "day1", work / "day2")
    everything, for_copy = work / "everything", work / "for_copy"
    finished = work / f"finished-{SEED}"
    if not finished.exists():
        for folder in (*days, everything, for_copy / "full", for_copy / "more"):
            folder.mkdir(parents=True, exist_ok=True)
        context = get_context("spawn")
        with ProcessPoolExecutor(3, mp_context=context, initializer=one_thread) as pool:
            made = list(pool.map(_make_chain, [work] * len(STORES), range(len(STORES))))
        rows = Rows(*(sum(column) for column in zip(*made, strict=True)))
        finished.write_text(" ".join(map(str, rows)))
    rows = Rows(*map(int, finished.read_text().split()))
    return Nation(days, everything, for_copy / "full", for_copy / "more", rows)


def one_thread() -> None:
    """Of Polars: as many processes as cores make chains."""
    os.environ["POLARS_MAX_THREADS"] = "1"


def _make_chain(work: Path, number: int) -> Rows:
    spec = chain_spec(number)
    first = first_day(spec)
    second = next_day(spec, first)
    full_visits = [Visit(store, 6) for store in range(spec.stores)]
    full_rows = 0
    for folder, day, shelves in ((work / "day1", 0, first), (work / "day2", 1, second)):
        write_stores(folder, spec, DAYS[day])
        full = folder / f"price_full_file_{spec.slug}.csv"
        full_rows = write_prices(full, spec, DAYS[day], shelves, full_visits)
    everything = work / "everything"
    for path in sorted((work / "day1").glob(f"*_file_{spec.slug}.csv")):
        (everything / path.name).symlink_to(path.resolve())
    deltas = everything / f"price_file_{spec.slug}.csv"
    delta_rows = write_prices(deltas, spec, DAYS[0], second, _deltas(spec, number, second))
    promotions = everything / f"promo_full_file_{spec.slug}.csv"
    promotion_rows = write_promotions(promotions, spec, DAYS[0])
    _strip(work / "day1" / full.name, work / "for_copy" / "full")
    for path in (deltas, promotions):
        _strip(path, work / "for_copy" / "more")
    return Rows(full_rows, delta_rows, promotion_rows)


def chain_spec(number: int) -> Spec:
    """Larger chains have larger shelves; each draws its range from the goods of the nation."""
    goods = make_products(np.random.default_rng([SEED, 1]), PRODUCTS)
    random = np.random.default_rng([SEED, 100 + number])
    shelf = max(LARGEST_SHELF - SHELF_STEP * number, SMALLEST_SHELF)
    popularity = 1 / (np.arange(PRODUCTS) + 20_000)
    range_size = int(shelf * RANGE_OF_SHELF)
    drawn = random.choice(PRODUCTS, range_size, False, popularity / popularity.sum())
    legal_id = f"72900{580_000_00 + number:08d}"
    return Spec(
        f"nation_{number:02d}", legal_id, STORES[number], shelf, goods[np.sort(drawn)],
        SEED + number,
    )  # fmt: skip


def _deltas(spec: Spec, number: int, shelves: Shelves) -> list[Visit]:
    """Files of some rows through the day; most rows say what the full file said."""
    random = np.random.default_rng([spec.seed, 4])
    files, rows = (FLOOD_FILES, FLOOD_ROWS) if number == 0 else (DELTA_FILES, DELTA_ROWS)
    visits = []
    for store in range(spec.stores):
        shelf: Integers = np.flatnonzero(shelves.sold[store])
        for file in range(files):
            chosen = np.sort(random.choice(shelf, min(rows, len(shelf)), replace=False))
            visits.append(Visit(store, 7 + file * 16 // files, chosen))
    return visits


def _strip(path: Path, folder: Path) -> None:
    with path.open("rb") as source, (folder / path.name).open("wb") as target:
        while piece := source.read(16 << 20):
            target.write(piece.replace(b"\r", b""))
