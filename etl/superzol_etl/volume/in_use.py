"""Marks a version that a run is reading, so that nothing tidies it away meanwhile."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = ".in-use."
STALE_SECONDS = 86_400.0  # a run that was killed leaves its mark; no run takes a day


@contextmanager
def in_use(folder: Path, reader: str) -> Iterator[None]:
    """Marks the folder of a version until the block ends; reader: the run and its shard.

    A volume that is mounted to be read only takes no mark, and nobody tidies it either.
    """
    mark = folder / f"{MARK}{reader}"
    with contextlib.suppress(OSError):
        mark.touch()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            mark.unlink(missing_ok=True)


def is_in_use(folder: Path) -> bool:
    """Says if a run marked this folder, not longer than a day ago."""
    for mark in folder.glob(f"{MARK}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - mark.stat().st_mtime < STALE_SECONDS:
                return True
    return False
