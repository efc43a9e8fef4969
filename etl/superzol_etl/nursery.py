"""Starts the process from which workers are forked, once it has imported what they need."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, get_context, process, resource_tracker
from multiprocessing.context import ForkServerContext, SpawnContext

IMPORTED = "superzol_etl.stages.workers"
# Read when they are imported: each would start a thread per core in each worker.
THREADS = "POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS"


def start_nursery() -> ForkServerContext | SpawnContext:
    """Starts it, unless it runs; it imports while the caller does something else.

    Each worker would else spend half a second on imports of its own. This process has connections,
    and threads that may hold locks; that one has only what Polars and its allocator begin when they
    are imported, which wait, and which they make anew or do without in what is forked. Where no
    socket can be made, as where /tmp cannot be written to, workers are started each by itself.
    """
    forkserver.set_forkserver_preload([IMPORTED])
    try:
        with one_thread(), _out_of_reach():
            forkserver.ensure_running()
    except OSError:
        return get_context("spawn")
    return get_context("forkserver")


def be_stopped() -> None:
    """Lets a worker hear what its nursery does not."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def forget_nursery() -> None:
    """Removes the folder of its socket, as a process that ends at once would leave it behind."""
    # Where multiprocessing notes it; to ask for the folder would make one where there is none.
    if folder := process.current_process()._config.get("tempdir"):  # type: ignore[attr-defined]
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def one_thread() -> Iterator[None]:
    """What is started meanwhile has one thread, unless the environment says otherwise."""
    missing = [name for name in THREADS if name not in os.environ]
    os.environ |= dict.fromkeys(missing, "1")
    try:
        yield
    finally:
        for name in missing:
            del os.environ[name]


@contextmanager
def _out_of_reach() -> Iterator[None]:
    """What is started meanwhile hears no SIGTERM.

    One for all processes of a group would end it, and with it what is known of its workers.
    """
    resource_tracker.ensure_running()  # which it would start else, and that lets signals through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
