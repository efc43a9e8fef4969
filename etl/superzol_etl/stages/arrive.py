"""How the files of a version come to the volume, from a source or back from the store."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import EtlError, NotFound, PassingTrouble
from superzol_etl.sources.source import Listing, RemoteFile, Source, Tell
from superzol_etl.stages.holdings import Holdings
from superzol_etl.volume.in_use import MARK
from superzol_etl.volume.layout import (
    VersionPlace,
    check_space,
    disk_trouble_told,
    make_folders,
    place_of,
    told_of_disk,
    write_whole,
)
from superzol_etl.volume.lease import only_writer
from superzol_etl.volume.manifest import NAME, Kept, Manifest, commit, is_intact, kept_versions
from superzol_etl.volume.partial import Partial

BEGUN = ".begun.json"  # which listing the files of a version that is not whole yet belong to


class Way(NamedTuple):
    """How files come to the volume."""

    settings: SourceSettings
    holdings: Holdings
    tell: Tell


class Fetched(NamedTuple):
    """What a fetch did; came_bytes: how much was downloaded by this run.

    kept: revisions whose files are on the volume or in the store, the newest first.
    """

    manifest: Manifest
    folder: Path
    is_new: bool
    came_bytes: int
    kept: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the last line of the output."""
        return {
            "result": "Fetched" if self.is_new else "Unchanged",
            "dataset": self.manifest.dataset,
            "version": self.manifest.version,
            "revision": self.manifest.revision,
            "folder": str(self.folder),
            "files": len(self.manifest.files),
            "bytes": self.manifest.bytes,
            "cameBytes": self.came_bytes,
            "kept": self.kept,
        }


async def bring_back(volume: Path, version: int | None, run_id: str, way: Way) -> None:
    """Brings a version back from the store, the newest when none is wanted; one there stays.

    Raises NotFound when neither the volume nor the store holds it.
    """
    with disk_trouble_told(volume):
        volume.mkdir(parents=True, exist_ok=True)
        held = [each for each in await way.holdings.look() if version in (None, each.version)]
        kept = await asyncio.to_thread(kept_versions, volume)
        there = [each for each in kept if version in (None, each.manifest.version)]
        newest = max((each.manifest.version for each in there if is_intact(each)), default=0)
        if held and held[-1].version > newest:
            async with only_writer(volume, run_id):
                await restore(volume, held[-1], way)
        elif not newest:
            raise NotFound(f"neither {volume} nor the store holds the version: fetch it first")


async def restore(volume: Path, stored: Manifest, way: Way) -> Fetched:
    """Brings a version back from the store, as it was."""
    source = way.holdings.source_of(stored)
    listing = await source.list_files(None)
    folder = await asyncio.to_thread(begin, volume, stored.place, source.url, listing)
    came = await download(source, listing, folder, way)
    await asyncio.to_thread(commit, folder, stored)
    (folder / BEGUN).unlink(missing_ok=True)
    return Fetched(stored, folder, is_new=False, came_bytes=came)


def begin(volume: Path, place: VersionPlace, source: str, listing: Listing) -> Path:
    """The folder of the version, empty unless it holds the beginning of this very listing."""
    folder = volume / place.raw
    if not _is_begun(folder, source, listing):
        _clear(folder)
        make_folders(volume, place.raw)
        _note(folder, source, listing)
    return folder


def _clear(folder: Path) -> None:
    """Removes it, or the link that stands for it; what stayed would pass for files that came."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def extend(part: Kept, source: str, listing: Listing) -> Path:
    """The folder of a version that is there in part, for more of its files.

    Its manifest and what that promises stay. What else came goes, unless for this very listing.
    """
    folder = part.folder
    if not _is_begun(folder, source, listing):
        promised = {NAME, *(entry.name for entry in part.manifest.files)}
        for path in folder.rglob("*"):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and name not in promised and not name.startswith(MARK):
                path.unlink()
        _note(folder, source, listing)
    return folder


def _is_begun(folder: Path, source: str, listing: Listing) -> bool:
    try:
        begun = json.loads((folder / BEGUN).read_bytes())
    except (OSError, ValueError):
        return False
    return bool(begun == _begun(source, listing))


def _note(folder: Path, source: str, listing: Listing) -> None:
    write_whole(folder / BEGUN, json.dumps(_begun(source, listing)).encode())


def _begun(source: str, listing: Listing) -> dict[str, str]:
    return {"source": source, "fingerprint": listing.fingerprint}


async def download(source: Source, listing: Listing, folder: Path, way: Way) -> int:
    """Brings what is missing, a few files at once; returns how many bytes came."""
    missing = [file for file in listing.files if not Partial(folder / file.name).is_whole]
    await _ensure_space(folder, _still_to_come(missing, folder), way)
    came = 0
    at_once = asyncio.Semaphore(way.settings.connections)

    def count(name: str, more_bytes: int) -> None:
        nonlocal came
        came += more_bytes
        way.tell(name, more_bytes)

    async def bring(file: RemoteFile) -> None:
        async with at_once:
            target = folder / file.name
            await asyncio.to_thread(make_folders, folder, str(Path(file.name).parent))
            Partial(target).begin()
            await source.download(file, target, count)
            await asyncio.to_thread(Partial(target).finish)

    try:
        async with asyncio.TaskGroup() as group:
            for file in missing:
                group.create_task(bring(file))
    except BaseExceptionGroup as failed:
        # Not by except*: some Pythons 3.11 wrap what is raised there in a group again.
        known, others = failed.split((EtlError, OSError))
        if known is None or others is not None:
            raise
        raise _worst(known, folder) from None
    return came


async def _ensure_space(folder: Path, wanted_bytes: int, way: Way) -> None:
    """Lets old versions go early when the new one does not fit beside them."""
    reserve_bytes, volume = way.settings.reserve_bytes, folder.parents[2]
    try:
        check_space(folder, wanted_bytes, reserve_bytes)
    except PassingTrouble:
        await way.holdings.tidy(volume, place_of(folder.relative_to(volume).as_posix()))
        check_space(folder, wanted_bytes, reserve_bytes)


def _still_to_come(missing: list[RemoteFile], folder: Path) -> int:
    there = (
        (folder / file.name).stat().st_size for file in missing if (folder / file.name).is_file()
    )
    return max(0, sum(file.size_bytes or 0 for file in missing) - sum(there))


def _worst(failed: BaseExceptionGroup[BaseException], folder: Path) -> BaseException:
    """The one failure to tell: what is permanent comes before what may pass."""
    errors = [
        told_of_disk(folder, error) if isinstance(error, OSError) else error
        for error in _leaves(failed)
    ]
    permanent = (error for error in errors if not isinstance(error, PassingTrouble))
    return next(permanent, errors[0])


def _leaves(failed: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for error in failed.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]
