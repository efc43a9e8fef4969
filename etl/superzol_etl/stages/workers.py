"""Runs chain loads, one after the other in this process or several at once in others."""

import asyncio
import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from multiprocessing.connection import Connection
from time import perf_counter
from traceback import format_exc

from superzol_etl.database import Connections
from superzol_etl.errors import EtlError
from superzol_etl.failures import explain
from superzol_etl.load.chain import load_chain
from superzol_etl.load.classifying import classifier
from superzol_etl.load.job import ChainJob
from superzol_etl.memory import share_one_arena
from superzol_etl.nursery import be_stopped, one_thread, start_nursery
from superzol_etl.records import ChainResult, ChainState
from superzol_etl.stopping import LOOK_SECONDS, SIGNALS, Stopped, run_until_stopped

TURN_SECONDS = 0.001  # Python's 5 ms let each step of a statement wait for the threads that parse

_loading = threading.Lock()  # held while this worker loads a chain


async def load_chains(url: str, jobs: list[ChainJob], workers: int) -> AsyncIterator[ChainResult]:
    """Yields each chain's result as it comes; a chain that fails does not stop the others.

    A process costs half a second, so one job stays in this one, and a worker takes many chains.
    """
    if workers == 1 or len(jobs) <= 1:
        async with Connections(url) as connections:
            for job in jobs:
                yield await _load(connections, job)
        return
    context = start_nursery()
    loop = asyncio.get_running_loop()
    count = min(workers, len(jobs))
    # Only this process holds the writing end: closed, or gone with the process, it stops them all.
    heard, held = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        count, mp_context=context, initializer=stop_with_parent, initargs=(heard,)
    )
    running: list[asyncio.Future[ChainResult]] = []
    with heard, one_thread():
        try:
            with _killed_nursery_told():
                for job in jobs:
                    running.append(loop.run_in_executor(pool, load_in_worker, url, job))
            for future in asyncio.as_completed(running):
                yield await future
        except BaseException:
            held.close()
            pool.shutdown(wait=False, cancel_futures=True)
            for each in running:
                each.cancel()
            # What broke the pool broke them all: whom nobody asks would tell it with a traceback.
            await asyncio.gather(*running, return_exceptions=True)
            raise
        finally:
            # Not here: a worker that does not end must not keep the loop from giving up.
            await asyncio.to_thread(pool.shutdown)
    held.close()


@contextmanager
def _killed_nursery_told() -> Iterator[None]:
    """Where a worker starts the nursery is asked for it, and may be killed before it answers."""
    try:
        yield
    except (EOFError, ConnectionError) as error:
        raise BrokenProcessPool from error


def stop_with_parent(heard: Connection) -> None:
    """Ends this worker when its run ends: what it did not commit is rolled back.

    A run that is killed ends it at once; one that stops lets it give up at the next block.
    """
    share_one_arena()
    gc.freeze()  # what was imported stays: each collection would look at all of it
    _ignore_signals()
    be_stopped()
    classifier().start()
    parent = multiprocessing.parent_process()
    assert parent is not None  # only workers come here

    def wait() -> None:
        multiprocessing.connection.wait([heard])
        while parent.is_alive() and _loading.locked():
            os.kill(os.getpid(), signal.SIGTERM)
            parent.join(LOOK_SECONDS)
        os._exit(1)  # by itself: of a pool in which one was killed nobody ends those that are idle

    threading.Thread(target=wait, daemon=True).start()


def load_in_worker(url: str, job: ChainJob) -> ChainResult:
    """One chain in a worker process."""
    runner, connections = _kept(url)
    with _loading:
        try:
            return run_until_stopped(_load(connections, job), runner)
        except Stopped as error:
            return _failed(job, error)
        finally:
            _ignore_signals()


@cache
def _kept(url: str) -> tuple[asyncio.Runner, Connections]:
    """What this worker keeps from chain to chain: a connection lives in one loop."""
    return asyncio.Runner(), Connections(url)


def _ignore_signals() -> None:
    """An idle worker waits for its run to end it: a broken pool would tell of no other chain."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


async def _load(connections: Connections, job: ChainJob) -> ChainResult:
    started = perf_counter()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        async with connections.taken() as connection:
            result = await load_chain(connection, connections, job)
        return replace(result, seconds=round(perf_counter() - started, 3))
    except Exception as error:
        return _failed(job, error)


def _failed(job: ChainJob, error: Exception) -> ChainResult:
    failure = explain(error)
    return ChainResult(
        job.chain.chain_id,
        ChainState.FAILED,
        (f"{job.chain.chain_id}: {failure}",),
        failure=failure,
        # Only what nobody foresaw needs it; it is logged by the run, not in the worker.
        trace=format_exc() if failure.exit_code == EtlError.exit_code else None,
    )
