"""Packs a version into one file, and makes sure that it can be read again."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import zstandard
from blake3 import blake3

from superzol_etl.errors import BadData
from superzol_etl.volume.layout import make_folders
from superzol_etl.volume.manifest import NAME, Kept, Manifest, parse_manifest
from superzol_etl.volume.partial import Partial

LEVEL = 9  # of zstd: prices pack to a tenth; more is slower and gains little
PIECE_BYTES = 1 << 20


def archive_version(volume: Path, kept: Kept) -> Path:
    """Writes archive/<day>-v<n>.tar.zst, unless it is there; reads it back before it counts.

    One with other files, as of a version that was there in part only, is written anew.

    Raises BadData when the files are not what their manifest says.
    """
    target = volume / kept.manifest.place.archive
    if Partial(target).is_whole and _is_of(target, kept.manifest):
        return target
    make_folders(volume, "archive")
    Partial(target).start_over("")
    try:
        _pack(kept, target)
        check_archive(target, kept.manifest)
    except (OSError, BadData):
        # Half an archive would keep the room that it was to make.
        target.unlink(missing_ok=True)
        Partial(target).note.unlink(missing_ok=True)
        raise
    Partial(target).finish()
    return target


def _is_of(path: Path, manifest: Manifest) -> bool:
    """Says if a whole archive is that of these files; its manifest is the first in it."""
    try:
        return _packed_manifest(path).files == manifest.files
    except (BadData, tarfile.TarError, zstandard.ZstdError):
        return False  # what cannot be read any more stands for nothing


@contextmanager
def _unpacked(path: Path) -> Iterator[tarfile.TarFile]:
    with (
        path.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as unpacked,
        tarfile.open(fileobj=unpacked, mode="r|") as tar,
    ):
        yield tar


def _packed_manifest(path: Path) -> Manifest:
    with _unpacked(path) as tar:
        first = tar.next()
        content = tar.extractfile(first) if first and first.name == NAME else None
        if content is None:
            raise BadData(f"{path} does not begin with its manifest")
        return parse_manifest(content.read(), str(path))


def _pack(kept: Kept, target: Path) -> None:
    packer = zstandard.ZstdCompressor(LEVEL, write_checksum=True)
    with (
        target.open("wb") as out,
        packer.stream_writer(out) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        for name in (NAME, *(entry.name for entry in kept.manifest.files)):
            tar.add(kept.folder / name, arcname=name)


def check_archive(path: Path, manifest: Manifest) -> None:
    """Raises BadData unless the archive holds this manifest and every file of it, as it says."""
    promised = {entry.name: entry.blake3 for entry in manifest.files}
    with _unpacked(path) as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None  # only files are packed
            if member.name == NAME:
                is_right = parse_manifest(content.read(), str(path)) == manifest
            else:
                is_right = promised.pop(member.name, None) == _digest(content)
            if not is_right:
                raise BadData(f"{path}: {member.name} is not what its manifest says")
    if promised:
        raise BadData(f"{path} lacks {', '.join(sorted(promised))}")


def _digest(content: IO[bytes]) -> str:
    hasher = blake3()
    while piece := content.read(PIECE_BYTES):
        hasher.update(piece)
    return hasher.hexdigest()
