"""Prices as of each version, against a plain reading of the rule, also below the first version."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superzol_etl.database import connected
from tests.support.late_versions import load_late
from tests.support.snapshots import Item, Xml, prices_csv, write_snapshot

NUMBERS = count()
GAP = 3  # versions are numbered 3, 6, 9, …

AS_OF = """
SELECT product_id, store_id, price FROM (
    SELECT span.product_key, span.store_key, span.price FROM price_span AS span
    WHERE span.chain_key = $1 AND valid_from <= $2 AND $2 < valid_to
    UNION ALL
    SELECT product_key, store_key, price FROM offer WHERE chain_key = $1 AND since <= $2
) AS held
JOIN store USING (store_key) JOIN product USING (product_key)
"""

Shelf = Mapping[str, int]


class Day(NamedTuple):
    """What a chain publishes: each store's full file, then its delta. None: a file that is bad."""

    fulls: Mapping[str, Shelf]
    deltas: Mapping[str, Shelf]
    is_bad: bool


shelves = st.dictionaries(st.sampled_from("1234"), st.integers(1, 3), min_size=1)
by_store = st.dictionaries(st.sampled_from(["1", "2"]), shelves)
days = st.builds(Day, by_store, by_store, st.sampled_from([False, False, False, True]))


def walk(chain: Sequence[Day], first: int) -> list[dict[tuple[str, str], int]]:
    """The prices after each day, by store and product.

    first: the place of the first day served, which was compared with no rows of days before.
    """
    held: dict[str, dict[str, int]] = {}
    good_rows: dict[str, int] = {}
    after = []
    for place, day in enumerate(chain):
        if place == first:
            good_rows.clear()
        if not day.is_bad:
            for store, shelf in day.fulls.items():
                if len(shelf) >= 0.7 * good_rows.get(store, 0):
                    held[store], good_rows[store] = dict(shelf), len(shelf)
                else:
                    held.setdefault(store, {}).update(shelf)
            for store, shelf in day.deltas.items():
                held.setdefault(store, {}).update(shelf)
        after.append({(s, p): price for s, shelf in held.items() for p, price in shelf.items()})
    return after


def write_day(folder: Path, chain_id: str, place: int, day: Day) -> Path:
    def xmls(files: Mapping[str, Shelf], hour: int) -> list[Xml]:
        at = f"202606{place + 1:02}{hour:02}00"
        return [
            Xml(store, at, [Item(code, f"0.0{price}") for code, price in shelf.items()])
            for store, shelf in files.items()
        ]

    fulls, deltas = xmls(day.fulls, 6), xmls(day.deltas, 9)
    files = {f"store_file_{chain_id}.csv": b""}
    if fulls:
        files[f"price_full_file_{chain_id}.csv"] = prices_csv("PriceFull", fulls)
    if deltas:
        files[f"price_file_{chain_id}.csv"] = prices_csv("Price", deltas)
    if day.is_bad:
        files[f"price_file_{chain_id}.csv"] = b"<html>"
    return write_snapshot(folder / str(place), files)


async def load_and_backfill(
    database: str, folder: Path, chain: Sequence[Day], older: int
) -> list[dict[tuple[str, str], int]]:
    """Loads the days from number `older` on, then those before; the prices as of each version."""
    chain_id = f"alpha{next(NUMBERS)}"
    folders = [
        (GAP * (place + 1), write_day(folder, chain_id, place, day))
        for place, day in enumerate(chain)
    ]
    chain_key = await load_late(database, chain_id, folders, older)
    answers = []
    async with connected(database) as connection:
        for version, _ in folders:
            held = await connection.fetch(AS_OF, chain_key, version)
            answers.append(
                {(row["store_id"].split(":")[1], row["product_id"].split(":")[1]): row["price"]
                 for row in held}
            )  # fmt: skip
            assert len(answers[-1]) == len(held)
    return answers


def run(
    database: str, folder: Path, chain: Sequence[Day], older: int
) -> list[dict[tuple[str, str], int]]:
    return asyncio.run(load_and_backfill(database, folder, chain, older))


def is_applied(day: Day) -> bool:
    return not day.is_bad and bool(day.fulls or day.deltas)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(days, min_size=2, max_size=5), st.data())
def test_prices_as_of_each_version_are_those_of_the_rule(
    database: str, worker: ProcessPoolExecutor, chain: list[Day], data: st.DataObject
) -> None:
    """All versions are as if they had been loaded in time."""
    older = data.draw(st.integers(1, len(chain) - 1))
    with tempfile.TemporaryDirectory() as folder:
        answers = worker.submit(run, database, Path(folder), chain, older).result()
    first = next((n for n in range(older, len(chain)) if is_applied(chain[n])), len(chain))
    assert answers == walk(chain, first)
