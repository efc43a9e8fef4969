"""Marks a version that a run is reading, so that nothing takes it away meanwhile."""

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from superzol_etl.volume.lease import BEAT_SECONDS, STALE_SECONDS, is_alive

MARK = ".in-use."
TWIN = "~"  # stands in no name of a run


@contextmanager
def in_use(folder: Path, reader: str) -> Iterator[None]:
    """Marks the folder of a version until the block ends; reader: the run and its shard.

    A volume that is mounted to be read only takes no mark, and nobody tidies it either.
    """
    # A mark for each process: a pod that was given up may read on beside its successor.
    mark = folder / f"{MARK}{reader}{TWIN}{token_hex(4)}"
    with contextlib.suppress(OSError):
        mark.write_text(json.dumps({"host": socket.gethostname(), "pid": os.getpid()}))
    ended = threading.Event()
    threading.Thread(target=_beat, args=(mark, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        with contextlib.suppress(OSError):
            mark.unlink(missing_ok=True)


def readers(folder: Path) -> list[str]:
    """Who reads a version: runs whose marks beat, or whose process lives on this machine."""
    living = [mark for mark in sorted(folder.glob(f"{MARK}*")) if _is_living(mark)]
    return list(dict.fromkeys(mark.name.removeprefix(MARK).partition(TWIN)[0] for mark in living))


def is_in_use(folder: Path) -> bool:
    """Says if a run reads the version; one that was killed does not, a minute later at most."""
    return bool(readers(folder))


def _is_living(mark: Path) -> bool:
    try:
        if time.time() - mark.stat().st_mtime >= STALE_SECONDS:
            return False
        holder = json.loads(mark.read_bytes())
        return is_alive(holder["host"], holder["pid"])
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError):
        return True  # not written to its end yet, or torn by a power cut: it grows stale


def _beat(mark: Path, ended: threading.Event) -> None:
    while not ended.wait(BEAT_SECONDS):
        with contextlib.suppress(OSError):
            os.utime(mark)
