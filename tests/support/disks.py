"""Small disks that a test may fill up; only root mounts them."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A folder with a file system of its own until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="superzol-disk-"))
    size = f"size={megabytes}m,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leaves not a byte on a small disk until the block ends."""
    filler = disk / "filler"
    room = os.statvfs(disk)
    try:
        with filler.open("wb") as out:
            os.posix_fallocate(out.fileno(), 0, room.f_bavail * room.f_frsize)
        yield
    finally:
        filler.unlink()
