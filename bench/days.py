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
MOST_GROWTH = 1.05  # from then to the last day, per row of what does not hold history
LEAST_BYTES = 1 << 20  # of tables worth a line
DAYS_TOLD = "what", "day 1", f"day {SETTLED_DAY}", f"day {DAYS}"
# They keep what was; all others say what is.
HISTORY = (
    "price_span", "promotion_span", "promotion", "store_sighting", "chain_version", "file_report",
    "publication", "etl_run", "etl_stage", "dataset_version", "reject",
)  # fmt: skip
SIZES = """
SELECT coalesce(substring(relname FROM '^price_span'), relname), sum(pg_table_size(oid)),
       sum(pg_indexes_size(oid)), sum(greatest(reltuples, 1))::int8
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'm')
GROUP BY 1
"""


class Size(NamedTuple):
    """Bytes of a table with its TOAST, and of its indexes; rows: as VACUUM counted them."""

    table: int
    indexes: int
    rows: int


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
    last = sizes[-1]
    shown = [name for name in last if last[name].table + last[name].indexes >= LEAST_BYTES]
    return Table(
        f"{DAYS} days of a nation",
        f"33 chains, {rows:,} rows of full price files a day and their promotions: 2 % of the"
        " prices change each day, 0.5 % of each shelf moves, and 5 % of the promotions are others."
        f" First day {seconds[0]:.1f} s, day {SETTLED_DAY} {seconds[SETTLED_DAY - 1]:.1f} s, day"
        f" {DAYS} {seconds[-1]:.1f} s. Sizes in MB, tables with their TOAST. Goal: from day"
        f" {SETTLED_DAY} on nothing but history grows by more than {MOST_GROWTH - 1:.0%} over its"
        " rows, of which the goods that are new each day bring some.",
        [*DAYS_TOLD, f"× day {SETTLED_DAY}", f"rows × day {SETTLED_DAY}", "verdict"],
        [line for name in sorted(shown) for line in _lines(name, [size[name] for size in sizes])],
    )


def _sizes(url: str) -> Mapping[str, Size]:
    lines = [line.split("|") for line in run_sql(url, SIZES).splitlines()]
    return {name: Size(*map(int, figures)) for name, *figures in lines}


def _lines(name: str, sizes: list[Size]) -> list[list[str]]:
    rows = sizes[-1].rows / sizes[SETTLED_DAY - 1].rows
    parts = {"table": [size.table for size in sizes], "indexes": [size.indexes for size in sizes]}
    return [
        _line(f"{name}, {part}", figures, rows, name in HISTORY)
        for part, figures in parts.items()
        if figures[-1]
    ]


def _line(what: str, sizes: list[int], rows: float, is_history: bool) -> list[str]:
    settled, last = sizes[SETTLED_DAY - 1], sizes[-1]
    growth = last / settled if settled else float("inf")
    daily = (last - settled) / (DAYS - SETTLED_DAY) / 1e6
    if is_history:
        verdict = f"history: {daily:.2f} MB a day"
    else:
        verdict = "flat" if growth / rows <= MOST_GROWTH else f"GROWS {daily:.2f} MB a day"
    return [
        what,
        *(f"{size / 1e6:.1f}" for size in (sizes[0], settled, last)),
        f"{growth:.2f}",
        f"{rows:.2f}",
        verdict,
    ]
