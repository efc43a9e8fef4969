"""Loads a nation, beside as many psql clients that copy the same text."""

import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from bench.chain_load import Cost, refresh
from bench.nation import Nation, make_nation
from bench.postgres import fresh_database, psql, run_sql
from bench.results import Table

WORKERS = 3
DATABASE = "bench_nation"


class Floor(NamedTuple):
    """Seconds in which the clients copy the same text into tables without and with WAL."""

    unlogged: float
    logged: float


class Measured(NamedTuple):
    """A step, what it cost, its floor, and what is asked of it."""

    what: str
    cost: Cost
    floor: Floor
    goal: str


def measure(server_url: str, work: Path) -> Table:
    """One round: each step takes half a minute, and the ratios are of one run."""
    nation = make_nation(work)
    full = _floor(server_url, nation.full_for_copy)
    with fresh_database(server_url, DATABASE) as url:
        steps = _days(url, nation, full)
    deltas = _floor(server_url, nation.everything_for_copy)
    everything = Floor(*map(sum, zip(full, deltas, strict=True)))
    with fresh_database(server_url, DATABASE) as url:
        cost = _load(url, nation.everything, 1, "Loaded")
        steps.append(Measured("first day with deltas and promotions", cost, everything, "1.5"))
    return _table(nation, full, everything, steps)


def _days(url: str, nation: Nation, floor: Floor) -> list[Measured]:
    first, second = nation.days
    again = second.parent / "day2_again"
    _publish_stores_later(second, again)
    steps = [Measured("first day", _load(url, first, 1, "Loaded"), floor, "1.0")]
    steps.append(Measured("next day (2 % changed)", _load(url, second, 2, "Loaded"), floor, "1.0"))
    before = _written(url)
    steps.append(Measured("the same prices again", _load(url, again, 3, "Loaded"), floor, "0.9"))
    if _written(url) != before:
        raise RuntimeError("prices that did not change were written again")
    steps.append(
        Measured("ledger: the same version again", _load(url, again, 3, "Unchanged"), floor, "3 s")
    )
    return steps


def _load(url: str, folder: Path, version: int, expected: str) -> Cost:
    """What a load costs on a disk that has nothing left to write of what came before."""
    run_sql(url, "CHECKPOINT")
    os.sync()
    return refresh(url, folder, expected, "--version", str(version), "--workers", str(WORKERS))


def _publish_stores_later(day: Path, again: Path) -> None:
    """The same price files, and store files of an hour later: another digest for every chain."""
    shutil.rmtree(again, ignore_errors=True)
    again.mkdir()
    for path in day.glob("*.csv"):
        if path.name.startswith("store_file"):
            text = path.read_text(encoding="utf-8")
            (again / path.name).write_text(text.replace("0500.xml", "0600.xml"), encoding="utf-8")
        else:
            (again / path.name).symlink_to(path.resolve())


def _written(url: str) -> str:
    return run_sql(
        url,
        "SELECT sum(('x' || left(md5(pack::text), 8))::bit(32)::int8), count(*)"
        " FROM offer_pack AS pack",
        "SELECT count(*) FROM price_span",
    )


def _floor(server_url: str, folder: Path) -> Floor:
    with fresh_database(server_url, DATABASE) as url:
        unlogged = _copy(url, folder, "UNLOGGED TABLE")
    with fresh_database(server_url, DATABASE) as url:
        return Floor(unlogged, _copy(url, folder, "TABLE"))


def _copy(url: str, folder: Path, table: str) -> float:
    """Seconds in which the clients copy all files, largest first, each into a table of its own."""
    paths = sorted(folder.glob("*.csv"), key=lambda path: -path.stat().st_size)
    for path in paths:
        with path.open(encoding="utf-8") as text:
            columns = ", ".join(f"{name} text" for name in text.readline().strip().split(","))
        run_sql(url, f"CREATE {table} {path.stem} ({columns})")
    run_sql(url, "CHECKPOINT")
    os.sync()
    start = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda path: _copy_file(url, path), paths))
    return time.perf_counter() - start


def _copy_file(url: str, path: Path) -> None:
    copy = f"\\copy {path.stem} FROM '{path.resolve()}' (FORMAT csv, HEADER)"
    command = [str(psql()), "-Xq", "-v", "ON_ERROR_STOP=1", url, "-c", copy]
    subprocess.run(command, env=os.environ, check=True)


def _table(nation: Nation, full: Floor, everything: Floor, steps: list[Measured]) -> Table:
    copies = {"full price files": full, "everything": everything}
    rows = [
        [
            f"{WORKERS} × psql \\copy, {what}, {kind}",
            f"{seconds:.1f}",
            f"{seconds / floor.unlogged:.2f}",
            f"{seconds / floor.logged:.2f}",
            "",
            "",
        ]
        for what, floor in copies.items()
        for kind, seconds in floor._asdict().items()
    ]
    rows += [
        [
            f"ETL, {step.what}",
            f"{step.cost.seconds:.1f}",
            f"{step.cost.seconds / step.floor.unlogged:.2f}",
            f"{step.cost.seconds / step.floor.logged:.2f}",
            step.goal,
            f"{step.cost.peak_megabytes:,.0f}",
        ]
        for step in steps
    ]
    counted = nation.rows
    return Table(
        "Load of a nation",
        f"33 chains, 2,489 stores: {counted.full:,} rows of full price files, {counted.deltas:,}"
        f" of deltas, {counted.promotions:,} of promotions. {WORKERS} workers beside {WORKERS}"
        " clients that copy the same text, one round; the ratios are to the copy of the same files"
        " into unlogged tables, by which the goals count, and into logged ones, as ours are"
        " (docs/decisions/0025). The peak is of the largest process.",
        ["what", "seconds", "× copy, unlogged", "× copy, logged", "goal", "peak MB of a process"],
        rows,
    )
