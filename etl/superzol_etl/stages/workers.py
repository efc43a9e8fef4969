"""Runs chain loads, one after the other in this process or several at once in others."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from time import perf_counter
from traceback import format_exc

from superzol_etl.database import connected
from superzol_etl.errors import EtlError
from superzol_etl.failures import explain
from superzol_etl.load.chain import load_chain
from superzol_etl.load.job import ChainJob
from superzol_etl.records import ChainResult, ChainState


async def load_chains(url: str, jobs: list[ChainJob], workers: int) -> AsyncIterator[ChainResult]:
    """Yields each chain's result as it comes; a chain that fails does not stop the others.

    A Python start costs about a CPU second, so one job stays in this process, and a worker takes
    many chains.
    """
    if workers == 1 or len(jobs) <= 1:
        for job in jobs:
            yield await _load(url, job)
        return
    # Polars would start a thread per core in each worker; read when it is imported there.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    loop = asyncio.get_running_loop()
    count = min(workers, len(jobs))
    with ProcessPoolExecutor(count, mp_context=context, initializer=die_with_parent) as pool:
        running = [loop.run_in_executor(pool, load_in_worker, url, job) for job in jobs]
        for future in asyncio.as_completed(running):
            yield await future


def die_with_parent() -> None:
    """Ends this worker when the run that started it is killed: what it wrote is rolled back."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # only workers come here

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def load_in_worker(url: str, job: ChainJob) -> ChainResult:
    """One chain in a worker process."""
    return asyncio.run(_load(url, job))


async def _load(url: str, job: ChainJob) -> ChainResult:
    started = perf_counter()
    try:
        async with connected(url) as connection:
            result = await load_chain(connection, job)
        return replace(result, seconds=round(perf_counter() - started, 3))
    except Exception as error:
        failure = explain(error)
        return ChainResult(
            job.chain.chain_id,
            ChainState.FAILED,
            (f"{job.chain.chain_id}: {failure}",),
            exit_code=failure.exit_code,
            # Only what nobody foresaw needs it; it is logged by the run, not in the worker.
            trace=format_exc() if failure.exit_code == EtlError.exit_code else None,
        )
