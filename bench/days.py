"""Loads one day after another: nothing but history may grow, and that evenly."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.chain_load import refresh
from bench.nation_days import make_day
from bench.nation_load import WORKERS
from bench.postgres import fresh_database, run_sql
from bench.results import Table

DATABASE = "bench_days"
DAYS = 10
SETTLED_DAY = 3
MOST_GROWTH = 1.05  # from then to the last day, of what does not hold history
LEAST_BYTES = 1 << 20  # of tables worth a line
# They keep what was; all others say what is.
HISTORY = (
    "price_span", "promotion_span", "promotion", "store_sighting", "chain_version", "file_report",
    "publication", "etl_run", "etl_stage", "dataset_version", "reject",
)  # fmt: skip
SIZES = """
SELECT coalesce(substring(relname FROM '^price_span'), relname), sum(pg_table_size(oid)),
       sum(pg_indexes_size(oid))
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'm')
GROUP BY 1
"""


class Size(NamedTuple):
    """Bytes of a table with its TOAST, and of its indexes."""

    table: int
    indexes: int


def measure(server_url: str, work: Path, scale: float) -> Table:
    """Makes and loads ten days in turn; the files of each replace those of the day before."""
    sizes: list[Mapping[str, Size]] = []
    seconds: list[float] = []
    rows = 0
    with fresh_database(server_url, DATABASE) as url:
        for day in range(DAYS):
            rows = make_day(work / "today", day, scale)
            options = ("--version", str(day + 1), "--workers", str(WORKERS))
            seconds.append(refresh(url, work / "today", "Loaded", *options).seconds)
            sizes.append(_sizes(url))
    shown = [name for name in sizes[-1] if sum(sizes[-1][name]) >= LEAST_BYTES]
    return Table(
        f"{DAYS} days of a nation",
        f"33 chains, {rows:,} rows of full price files a day and their promotions: 2 % of the"
        " prices change each day, 0.5 % of each shelf moves, and 5 % of the promotions are others."
        f" First day {seconds[0]:.1f} s, day {SETTLED_DAY} {seconds[SETTLED_DAY - 1]:.1f} s, day"
        f" {DAYS} {seconds[-1]:.1f} s. Sizes in MB, tables with their TOAST. Goal: from day"
        f" {SETTLED_DAY} on nothing but history grows, by {MOST_GROWTH - 1:.0%} at most.",
        ["what", "day 1", f"day {SETTLED_DAY}", f"day {DAYS}", f"× day {SETTLED_DAY}", "verdict"],
        [line for name in sorted(shown) for line in _lines(name, [size[name] for size in sizes])],
    )


def _sizes(url: str) -> Mapping[str, Size]:
    lines = [line.split("|") for line in run_sql(url, SIZES).splitlines()]
    return {name: Size(int(table), int(indexes)) for name, table, indexes in lines}


def _lines(name: str, sizes: list[Size]) -> list[list[str]]:
    return [
        _line(f"{name}, {part}", [getattr(size, part) for size in sizes], name in HISTORY)
        for part in Size._fields
        if getattr(sizes[-1], part)
    ]


def _line(what: str, sizes: list[int], is_history: bool) -> list[str]:
    settled, last = sizes[SETTLED_DAY - 1], sizes[-1]
    growth = last / settled if settled else float("inf")
    daily = (last - settled) / (DAYS - SETTLED_DAY) / 1e6
    if is_history:
        verdict = f"history: {daily:.2f} MB a day"
    else:
        verdict = "flat" if growth <= MOST_GROWTH else f"GROWS {daily:.2f} MB a day"
    return [
        what,
        *(f"{size / 1e6:.1f}" for size in (sizes[0], settled, last)),
        f"{growth:.2f}",
        verdict,
    ]
