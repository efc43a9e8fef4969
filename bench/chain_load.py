"""Loads one chain of 1.6 million price rows, beside psql's copy of the same text."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import IO, NamedTuple

from bench.chain import PRODUCTS_PER_STORE, ROWS, STORES, Chain
from bench.postgres import fresh_database, psql, run_sql
from bench.results import Table

ROUNDS = 3
WATCH_SECONDS = 0.1
DATABASE = "bench_load"
LOGGED, UNLOGGED = "psql \\copy, logged table", "psql \\copy, unlogged table"
FIRST, NEXT, REPEAT = "ETL, first day", "ETL, next day (2 % changed)", "ETL, the same day again"


class Cost(NamedTuple):
    """What one process took; the peak is of it or of one that works for it."""

    seconds: float
    peak_megabytes: float


def measure(server_url: str, chain: Chain) -> Table:
    """Alternates the copies and the loads, so that all meet the same machine."""
    costs: dict[str, list[Cost]] = {name: [] for name in (LOGGED, UNLOGGED, FIRST, NEXT, REPEAT)}
    for _ in range(ROUNDS):
        with fresh_database(server_url, DATABASE) as url:
            costs[LOGGED].append(_copy(url, chain, "TABLE"))
            costs[UNLOGGED].append(_copy(url, chain, "UNLOGGED TABLE"))
        with fresh_database(server_url, DATABASE) as url:
            costs[FIRST].append(refresh(url, chain.days[0], "Loaded", "--version", "1"))
            _check_offers(url)
            costs[NEXT].append(refresh(url, chain.days[1], "Loaded", "--version", "2"))
            costs[REPEAT].append(refresh(url, chain.days[1], "Unchanged"))
    return _table(costs)


def refresh(url: str, folder: Path, expected: str, *options: str) -> Cost:
    """Runs the ETL as users do, from the start of its process to its end."""
    command = [sys.executable, "-m", "superzol_etl", "refresh", "--source", str(folder), *options]
    run_sql(url, "CHECKPOINT")
    cost, output = _timed(command, os.environ | {"DATABASE_URL": url})
    result = json.loads(output.splitlines()[-1])["result"]
    if result != expected:
        raise RuntimeError(f"the ETL answered {result}, not {expected}: {output}")
    return cost


def _copy(url: str, chain: Chain, table: str) -> Cost:
    with chain.text_for_copy.open(encoding="utf-8") as text:
        columns = ", ".join(f"{name} text" for name in text.readline().strip().split(","))
    run_sql(url, "DROP TABLE IF EXISTS floor", f"CREATE {table} floor ({columns})", "CHECKPOINT")
    copy = f"\\copy floor FROM '{chain.text_for_copy.resolve()}' (FORMAT csv, HEADER)"
    cost, _ = _timed([str(psql()), "-Xq", "-v", "ON_ERROR_STOP=1", url, "-c", copy], os.environ)
    copied = int(run_sql(url, "SELECT count(*) FROM floor"))
    if copied != ROWS:
        raise RuntimeError(f"\\copy made {copied} rows of {ROWS}")
    return cost


def _timed(command: Sequence[str], environment: Mapping[str, str]) -> tuple[Cost, str]:
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        with ThreadPoolExecutor(1) as pool, _running(command, environment, output) as process:
            watching = pool.submit(_watch_peak, process)
            process.wait()
            seconds = time.perf_counter() - start
        peak_bytes = watching.result()
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}: {text}")
    if not peak_bytes:
        raise RuntimeError("no /proc/*/status tells how much memory a process held: use Linux")
    return Cost(seconds, peak_bytes / 2**20), text


@contextmanager
def _running(
    command: Sequence[str], environment: Mapping[str, str], output: IO[str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which ends when this one is interrupted.

    The terminal tells Ctrl-C only to the group in front.
    """
    process = subprocess.Popen(command, env=environment, stdout=output, process_group=0)
    try:
        yield process
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        raise


def _watch_peak(process: subprocess.Popen[bytes]) -> int:
    """The most memory that any process of the group held, looked at until the first one ends.

    What the system counts for a parent leaves out workers that others started for it.
    """
    peak = 0
    while process.poll() is None:
        for status in Path("/proc").glob("[0-9]*/status"):
            with suppress(OSError):  # it has ended meanwhile
                if os.getpgid(int(status.parent.name)) == process.pid:
                    held = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
                    peak = max(peak, int(held[1]) * 1024 if held else 0)
        time.sleep(WATCH_SECONDS)
    return peak


def _check_offers(url: str) -> None:
    offers = int(run_sql(url, "SELECT sum(offers) FROM offer_pack"))
    if offers != STORES * PRODUCTS_PER_STORE:
        raise RuntimeError(f"{offers} offers loaded, {STORES * PRODUCTS_PER_STORE} generated")


def _table(costs: dict[str, list[Cost]]) -> Table:
    floors = {name: median(cost.seconds for cost in costs[name]) for name in (LOGGED, UNLOGGED)}
    rows = []
    for name, runs in costs.items():
        seconds = [cost.seconds for cost in runs]
        middle = median(seconds)
        ratios = [f"{middle / floors[floor]:.2f}" for floor in (LOGGED, UNLOGGED)]
        peak = max(cost.peak_megabytes for cost in runs)
        rows.append([name, f"{min(seconds):.2f}", f"{middle:.2f}", *ratios, f"{peak:,.0f}"])
    return Table(
        "Load of one chain",
        f"{ROWS:,} price rows in one file ({STORES} stores). Process start to end, {ROUNDS} runs "
        "of each, taken in turn; ratios are of medians. The goal: the first day at most 1.00 × "
        "the copy into a logged table, which is what a table that must survive a crash costs.",
        ["what", "min s", "median s", "× logged copy", "× unlogged copy", "peak MB of the process"],
        rows,
    )
