"""Asks a server without a load and beside one, and looks whether an answer waits for a lock."""

import asyncio
import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import NamedTuple

import asyncpg
from grpc import StatusCode, aio

from bench.chain_load import refresh
from bench.clients import DEADLINE_SECONDS, WARM_UP_SECONDS, Case, Load
from bench.nation_days import make_day
from bench.nation_load import WORKERS
from bench.postgres import fresh_database
from bench.questions import ask_questions
from bench.results import Table
from bench.serving import serving

DATABASE = "bench_readers"
ASKED = ("GetPrice", "ListPrices", "SearchProducts", "CompareBasket")
QUIET_SECONDS = 30.0
# Clients that never pause would measure the cores they take from the load.
PAUSE_SECONDS = 0.005
SAMPLE_SECONDS = 0.003
SHARE = 0.999
WAITING = """
SELECT wait_event, left(query, 60)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'superzol-server'
  AND wait_event_type = 'Lock'
"""


class Watched(NamedTuple):
    """What clients saw while something ran, by RPC. waits: samples that met a reader waiting."""

    loads: dict[str, Load]
    seconds: float
    samples: int
    waits: Counter[tuple[str, ...]]


def measure(server_url: str, work: Path, scale: float) -> Table:
    """Loads a day, asks about it, and asks on while the next day is loaded."""
    days = [work / f"day{day + 1}" for day in range(2)]
    rows = [make_day(folder, day, scale) for day, folder in enumerate(days)]
    options = ("--workers", str(WORKERS), "--version")
    with fresh_database(server_url, DATABASE) as url:
        refresh(url, days[0], "Loaded", *options, "1")
        with serving(url) as address:
            known = {case.name: case for case in ask_questions(address)}
            cases = [known[name] for name in ASKED]
            quiet = _watch(url, address, cases, lambda: time.sleep(QUIET_SECONDS))
            busy = _watch(
                url, address, cases, lambda: refresh(url, days[1], "Loaded", *options, "2")
            )
    return _table(rows[1], quiet, busy)


def _table(rows: int, quiet: Watched, busy: Watched) -> Table:
    lines = []
    for name in ASKED:
        floor, beside = quiet.loads[name], busy.loads[name]
        figures = [
            each.percentile_ms(share) for each in (floor, beside) for share in (0.5, 0.99, SHARE)
        ]
        ratio = figures[-1] / figures[2]
        calls = f"{len(floor.latencies_ms):,} / {len(beside.latencies_ms):,}"
        lines.append([name, calls, *(f"{figure:.1f}" for figure in figures), f"{ratio:.1f}"])
    waits = ", ".join(f"{count} of {' '.join(what)}" for what, count in busy.waits.items())
    percentiles = [
        f"{when} {share} ms" for when in ("alone", "beside") for share in ("p50", "p99", "p99.9")
    ]
    return Table(
        "Readers beside a load",
        f"{len(ASKED)} clients, one for each RPC, pause {PAUSE_SECONDS * 1000:.0f} ms between"
        f" calls; {WORKERS} workers load the next day of {rows:,} rows and promotions in"
        f" {busy.seconds:.1f} s. Of {busy.samples:,} samples of pg_stat_activity"
        f" {busy.waits.total()} met a reader that waited for a lock{': ' if waits else ''}{waits}."
        " Goals: 0, and p99.9 at most 3 × that without a load.",
        ["RPC", "calls", *percentiles, "× p99.9 alone"],
        lines,
    )


def _watch(url: str, address: str, cases: Sequence[Case], work: Callable[[], object]) -> Watched:
    """Runs clients and a sampler beside some work."""
    context = multiprocessing.get_context("spawn")
    stop, found = context.Event(), context.Queue()
    clients = context.Process(target=_ask, args=(address, cases, stop, found))
    clients.start()
    time.sleep(WARM_UP_SECONDS + 1)
    ended = threading.Event()
    waits: Counter[tuple[str, ...]] = Counter()
    samples: list[int] = []
    sampler = threading.Thread(
        target=lambda: samples.append(asyncio.run(_sample(url, ended, waits)))
    )
    sampler.start()
    start = time.perf_counter()
    try:
        work()
    finally:
        seconds = time.perf_counter() - start
        ended.set()
        stop.set()
        latencies: list[list[tuple[float, float]]] = found.get(timeout=DEADLINE_SECONDS)
        sampler.join()
        clients.join()
    loads = {}
    for case, told in zip(cases, latencies, strict=True):
        during = [latency for at, latency in told if start <= at <= start + seconds]
        loads[case.name] = Load(len(during) / seconds, during)
    return Watched(loads, seconds, samples[0], waits)


async def _sample(url: str, ended: threading.Event, waits: Counter[tuple[str, ...]]) -> int:
    """Counts readers that wait for a lock; returns how often it looked."""
    samples = 0
    connection = await asyncpg.connect(url)
    while not ended.is_set():
        for row in await connection.fetch(WAITING):
            waits[tuple(row)] += 1
        samples += 1
        await asyncio.sleep(SAMPLE_SECONDS)
    await connection.close()
    return samples


def _ask(
    address: str,
    cases: Sequence[Case],
    stop: Event,
    found: "multiprocessing.Queue[list[list[tuple[float, float]]]]",
) -> None:
    async def ask_all() -> list[list[tuple[float, float]]]:
        return await asyncio.gather(*(_ask_on(address, case, stop) for case in cases))

    found.put(asyncio.run(ask_all()))


async def _ask_on(address: str, case: Case, stop: Event) -> list[tuple[float, float]]:
    """When each call began, on the clock of the machine, and its milliseconds."""
    latencies: list[tuple[float, float]] = []
    async with aio.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        call: aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(case.path)
        while not stop.is_set():
            start = time.perf_counter()
            try:
                request = case.requests[len(latencies) % len(case.requests)]
                await call(request, timeout=DEADLINE_SECONDS)
            except aio.AioRpcError as error:
                if error.code() is not StatusCode.NOT_FOUND:  # goods leave shelves with the load
                    raise
            latencies.append((start, (time.perf_counter() - start) * 1000))
            await asyncio.sleep(PAUSE_SECONDS)
    return latencies
