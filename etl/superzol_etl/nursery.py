"""Starts the process from which workers are forked, once it has imported what they need."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.util import get_temp_dir

IMPORTED = "superzol_etl.stages.workers"
# Read when Polars is imported: it would start a thread per core in each worker.
THREADS = "POLARS_MAX_THREADS"

_folders: set[str] = set()


def start_nursery() -> ForkServerContext | SpawnContext:
    """Starts it, unless it runs; it imports while the caller does something else.

    Each worker would else spend half a second on imports of its own. Nothing is forked here: this
    process has threads, connections and locks. Where no socket can be made, as where /tmp cannot be
    written to, workers are started each by itself.
    """
    forkserver.set_forkserver_preload([IMPORTED])
    try:
        _folders.add(get_temp_dir())
        with one_thread():
            forkserver.ensure_running()
    except OSError:
        return get_context("spawn")
    return get_context("forkserver")


def forget_nursery() -> None:
    """Removes the folder of its socket, as a process that ends at once would leave it behind."""
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


@contextmanager
def one_thread() -> Iterator[None]:
    """What is started meanwhile gives Polars one thread, unless the environment says otherwise."""
    if THREADS in os.environ:
        yield
        return
    os.environ[THREADS] = "1"
    try:
        yield
    finally:
        del os.environ[THREADS]
