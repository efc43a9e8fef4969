"""Where things lie on the volume, and how they get there for good."""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from superzol_etl.errors import EtlError, NotAllowed, PassingTrouble, WrongConfiguration

VERSION_FOLDER = re.compile(r"raw/(20\d{6})/v([1-9]\d{0,4})")
ARCHIVE_FILE = re.compile(r"(20\d{6})-v([1-9]\d{0,4})\.tar\.zst")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_FOLDER = (errno.ENOTDIR, errno.EEXIST, errno.ENOENT)
NO_PATH = (errno.ENAMETOOLONG, errno.ELOOP, errno.EISDIR)
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)


class VersionPlace(NamedTuple):
    """A version of the tree; day is yyyymmdd."""

    day: str
    version: int

    @property
    def raw(self) -> str:
        """Folder of its CSV files and its manifest."""
        return f"raw/{self.day}/v{self.version}"

    @property
    def processed(self) -> str:
        """Folder of what its load left."""
        return f"processed/{self.day}/v{self.version}"

    @property
    def archive(self) -> str:
        """File that keeps it once the raw folder is gone."""
        return f"archive/{self.day}-v{self.version}.tar.zst"


def place_of(path: str) -> VersionPlace | None:
    """The version that a path below raw/ belongs to."""
    found = VERSION_FOLDER.match(path)
    return VersionPlace(found[1], int(found[2])) if found else None


def archived_place(name: str) -> VersionPlace | None:
    """The version that an archive of this name keeps; None for what others put beside it."""
    found = ARCHIVE_FILE.fullmatch(name.rpartition("/")[2])
    return VersionPlace(found[1], int(found[2])) if found else None


def version_places(volume: Path) -> list[VersionPlace]:
    """The versions that have a raw folder, whole or not; by number, then day."""
    folders = (path for path in volume.glob("raw/*/v*") if path.is_dir())
    found = (VERSION_FOLDER.fullmatch(path.relative_to(volume).as_posix()) for path in folders)
    places = [VersionPlace(match[1], int(match[2])) for match in found if match]
    return sorted(places, key=lambda place: (place.version, place.day))


def write_whole(path: Path, content: bytes) -> None:
    """Writes a small file so that it survives a power cut: its bytes, then its name.

    What was there counts until then: a disk that is full leaves it as it was.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Brings the bytes of a file to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Brings the names in a folder to the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def make_folders(volume: Path, inner: str) -> Path:
    """A folder of the volume, made with those above it, each name on the disk."""
    folder = volume
    for part in Path(inner).parts:
        above, folder = folder, folder / part
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            sync_folder(above)
    return folder


def check_space(volume: Path, wanted_bytes: int, reserve_bytes: int) -> None:
    """Raises PassingTrouble when so much does not fit on the volume."""
    free = shutil.disk_usage(volume).free
    if wanted_bytes + reserve_bytes > free:
        raise PassingTrouble(
            f"{volume} has {_megabytes(free)} free, but {_megabytes(wanted_bytes)} are to come"
            f" and {_megabytes(reserve_bytes)} to stay free: clear some or give a larger volume",
            reason="NoSpace",
        )


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


@contextmanager
def disk_trouble_told(volume: Path) -> Iterator[None]:
    """Turns what the disk says into what to do about it."""
    try:
        yield
    except OSError as error:
        raise told_of_disk(volume, error) from error


def told_of_disk(place: Path, error: OSError) -> EtlError:
    """The failure that the disk means; what is no lack of room or rights may pass."""
    if error.errno in FULL:
        return PassingTrouble(
            f"{place} is full ({error.strerror}): free some space or give a larger volume, then"
            " run the same command again; what is there already is kept",
            reason="NoSpace",
        )
    if error.errno in REFUSED:
        return NotAllowed(f"{error}: let this user read and write {place}")
    if error.errno in NO_FOLDER and not place.is_dir():
        return WrongConfiguration(f"{error}: {place} cannot be made a folder")
    if error.errno in NO_PATH:
        return WrongConfiguration(f"{error}: give another path")
    return PassingTrouble(f"{error}: run the same command again when {place} is well")
