"""Where the files of a snapshot are: a folder, or a version on the volume that fetch fills."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from superzol_etl.errors import NotFound, PassingTrouble, UsageError
from superzol_etl.hiding import shown
from superzol_etl.settings import read_patience_seconds
from superzol_etl.snapshot import Snapshot, read_snapshot
from superzol_etl.sources.address import SourceKind, is_address, parse_address

if TYPE_CHECKING:
    from superzol_etl.volume.manifest import Kept

PATIENCE_SECONDS = 60.0  # another machine's new file shows up on NFS that late
LOOK_AGAIN_SECONDS = 0.5


class Place(NamedTuple):
    """A snapshot and its number; version None: to be found by its files, or the next.

    folder: of the version on the volume; None for a folder that is no part of a volume.
    source_url: where people find what was fetched; empty where nothing says it.
    """

    snapshot: Snapshot
    version: int | None
    folder: Path | None = None
    source_url: str = ""

    @contextmanager
    def being_read(self, reader: str) -> Iterator[None]:
        """Keeps the version from being taken away; reader: the run and its shard.

        Raises PassingTrouble when it went, or was just going, before it was marked.
        """
        if self.folder is None:
            yield
            return
        # Only here: a load from a folder need not wait for the reader of manifests.
        from superzol_etl.volume.in_use import in_use
        from superzol_etl.volume.manifest import NAME

        with in_use(self.folder, reader):
            if not (self.folder / NAME).exists():
                # Who tidies gives it back once it sees the mark; the next run says what is so.
                raise PassingTrouble(f"{self.folder} was just taken away: run this again")
            yield


def find_place(
    source: str | None, volume: Path | None, version: int | None, check_wanted: Callable[[], None]
) -> Place:
    """The snapshot of --source, else the version of --volume, the newest when none is given."""
    if source:
        if is_address(source) or "://" in source:
            raise UsageError(f"--source {shown(source)} is no folder: run superzol-etl fetch first")
        return Place(read_snapshot(Path(source), check_wanted=check_wanted), version)
    if volume is None:
        raise UsageError("give --source, or --volume with what superzol-etl fetch left there")
    return place_of(find_kept(volume, version), check_wanted)


def place_of(kept: "Kept", check_wanted: Callable[[], None]) -> Place:
    """A version of a volume, with the digests of its manifest."""
    promised = {entry.name: entry.blake3 for entry in kept.manifest.files}
    snapshot = read_snapshot(kept.folder, promised, check_wanted)
    url = url_of_source(kept.manifest.source)
    return Place(snapshot, kept.manifest.version_to_load, kept.folder, url)


def url_of_source(source: str) -> str:
    """The URL of a manifest's source; empty for a folder, whose path means nothing elsewhere.

    Empty as well for what fetch would refuse, which may hold a key.
    """
    try:
        address = parse_address(source)
    except UsageError:
        return ""
    match address.kind:
        case SourceKind.KAGGLE:
            return f"https://www.kaggle.com/datasets/{address.place}"
        case SourceKind.FOLDER:
            return ""
    return address.place


def find_kept(volume: Path, version: int | None) -> "Kept":
    """The newest version on a volume, or the one of this number, with all its files.

    Raises NotFound when there is none, PassingTrouble when files of it do not show up.
    """
    # Only here: a load from a folder need not wait for the reader of manifests.
    from superzol_etl.volume.manifest import is_intact, kept_versions

    found = [kept for kept in kept_versions(volume) if version in (None, kept.manifest.version)]
    if not found:
        wanted = "whole version" if version is None else f"whole version {version}"
        raise NotFound(f"{volume} holds no {wanted}: run superzol-etl fetch first")
    deadline = time.monotonic() + read_patience_seconds(PATIENCE_SECONDS)
    while not is_intact(found[-1]):
        if time.monotonic() >= deadline:
            raise PassingTrouble(
                f"{found[-1].folder} lacks files of its manifest: try again, or fetch it again"
            )
        time.sleep(LOOK_AGAIN_SECONDS)
    return found[-1]


def lake_of(lake: Path | None, volume: Path | None) -> Path | None:
    """The folder of the lake; None where there is neither."""
    return lake or (volume / "lake" if volume else None)
