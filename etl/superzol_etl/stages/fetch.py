"""Brings a version of a source to the volume; repeated, it goes on where it was stopped."""

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import BadData, EtlError, PassingTrouble
from superzol_etl.settings import MAX_VERSION
from superzol_etl.sources.address import Address
from superzol_etl.sources.opening import open_source
from superzol_etl.sources.source import Listing, RemoteFile, Source, Tell
from superzol_etl.stages.shelf import Shelf
from superzol_etl.volume.layout import (
    VersionPlace,
    check_space,
    disk_trouble_told,
    make_folders,
    write_whole,
)
from superzol_etl.volume.manifest import (
    Kept,
    Manifest,
    commit,
    describe_files,
    digest_of,
    is_intact,
    kept_versions,
)
from superzol_etl.volume.partial import Partial

BEGUN = ".begun.json"  # which listing the files of a version that is not whole yet belong to


class FetchOrder(NamedTuple):
    """What to fetch and where to. version None: the newest of the source, or the next number."""

    address: Address
    volume: Path
    dataset: str
    version: int | None
    run_id: str


class Fetched(NamedTuple):
    """What a fetch did; came_bytes: how much was downloaded by this run."""

    manifest: Manifest
    folder: Path
    is_new: bool
    came_bytes: int

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
        }


async def fetch(order: FetchOrder, settings: SourceSettings, shelf: Shelf, tell: Tell) -> Fetched:
    """Fetches a version unless it is there already; its manifest is written last.

    Raises EtlError; what came until then stays, and the next run goes on with it.
    """
    with disk_trouble_told(order.volume):
        order.volume.mkdir(parents=True, exist_ok=True)
        async with open_source(order.address, settings) as source:
            fetched = await _fetch_from(source, order, Way(settings, shelf, tell))
        kept = Kept(fetched.manifest, fetched.folder)
        await shelf.put_away(kept)
        await shelf.tidy(kept)
        return fetched


class Way(NamedTuple):
    """How files come to the volume."""

    settings: SourceSettings
    shelf: Shelf
    tell: Tell


async def _fetch_from(source: Source, order: FetchOrder, way: Way) -> Fetched:
    listing = await source.list_files(order.version)
    kept = await asyncio.to_thread(kept_versions, order.volume)
    wanted = [each for each in kept if _is_wanted(each.manifest, order, listing)]
    if wanted and is_intact(there := wanted[-1]):
        return Fetched(there.manifest, there.folder, is_new=False, came_bytes=0)
    held = await way.shelf.look()
    stored = [each for each in held if _is_wanted(each, order, listing)]
    if stored:
        return await _restore(order, stored[-1], way)
    number, numbered_by = _number(order, listing, [*(each.manifest for each in kept), *held])
    place = VersionPlace(listing.day.strftime("%Y%m%d"), number)
    folder = await asyncio.to_thread(_begin, order, place, listing)
    came = await _download(source, listing, folder, way)
    await _check_unchanged(source, order, listing)
    manifest = await asyncio.to_thread(_seal, order, place, numbered_by, listing, folder)
    return Fetched(manifest, folder, is_new=True, came_bytes=came)


async def _restore(order: FetchOrder, stored: Manifest, way: Way) -> Fetched:
    """Brings a version back from the store, as it was."""
    source = way.shelf.source_of(stored)
    listing = await source.list_files(None)
    folder = await asyncio.to_thread(_begin, order, stored.place, listing)
    came = await _download(source, listing, folder, way)
    await asyncio.to_thread(commit, folder, stored)
    (folder / BEGUN).unlink(missing_ok=True)
    return Fetched(stored, folder, is_new=False, came_bytes=came)


def _is_wanted(manifest: Manifest, order: FetchOrder, listing: Listing) -> bool:
    """Says if a version is what the source lists, under a number that the order allows."""
    is_same = manifest.source == str(order.address) and manifest.fingerprint == listing.fingerprint
    return is_same and order.version in (None, manifest.version)


def _number(
    order: FetchOrder, listing: Listing, known: list[Manifest]
) -> tuple[int, Literal["source", "order", "volume"]]:
    """The number of the version and who gave it; the source's own comes first.

    A version that is known but lost files keeps its number.
    Raises BadData when the number is taken by other files.
    """
    again = [each.version for each in known if _is_wanted(each, order, listing)]
    wanted = listing.version or order.version
    if wanted is None:
        following = max((each.version for each in known), default=0) + 1
        return (again[-1] if again else following), "volume"
    if wanted > MAX_VERSION:
        raise BadData(f"version {wanted} is beyond {MAX_VERSION}, the last that can be loaded")
    for each in known:
        if each.version == wanted and each.fingerprint != listing.fingerprint:
            raise BadData(
                f"version {wanted} is there already with other files, of {each.source}:"
                " give these another --version"
            )
    return wanted, "source" if listing.version else "order"


def _begin(order: FetchOrder, place: VersionPlace, listing: Listing) -> Path:
    """The folder of the version, empty unless it holds the beginning of this very listing."""
    folder = order.volume / place.raw
    note = {"source": str(order.address), "fingerprint": listing.fingerprint}
    begun = folder / BEGUN
    try:
        is_same = json.loads(begun.read_bytes()) == note
    except (OSError, ValueError):
        is_same = False
    if not is_same:
        shutil.rmtree(folder, ignore_errors=True)
        make_folders(order.volume, place.raw)
        write_whole(begun, json.dumps(note).encode())
    return folder


async def _download(source: Source, listing: Listing, folder: Path, way: Way) -> int:
    """Brings what is missing, a few files at once; returns how many bytes came."""
    missing = [file for file in listing.files if not Partial(folder / file.name).is_whole]
    check_space(folder, _still_to_come(missing, folder), way.settings.reserve_bytes)
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
    except* (EtlError, OSError) as failed:
        raise _worst(failed) from None
    return came


def _still_to_come(missing: list[RemoteFile], folder: Path) -> int:
    there = (
        (folder / file.name).stat().st_size for file in missing if (folder / file.name).is_file()
    )
    return max(0, sum(file.size_bytes or 0 for file in missing) - sum(there))


def _worst(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one failure to tell: what is permanent comes before what may pass."""
    errors = list(_leaves(failed))
    permanent = (error for error in errors if not isinstance(error, PassingTrouble))
    return next(permanent, errors[0])


def _leaves(failed: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for error in failed.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]


async def _check_unchanged(source: Source, order: FetchOrder, listing: Listing) -> None:
    """Raises PassingTrouble when the source put other files there meanwhile.

    A version that has the source's own number never changes; a listing without one may.
    """
    if listing.version is None:
        again = await source.list_files(order.version)
        if again.fingerprint != listing.fingerprint:
            raise PassingTrouble(
                f"{order.address} was replaced while it was read: run the same command again"
            )


def _seal(
    order: FetchOrder,
    place: VersionPlace,
    numbered_by: Literal["source", "order", "volume"],
    listing: Listing,
    folder: Path,
) -> Manifest:
    files = describe_files(folder, [file.name for file in listing.files])
    manifest = Manifest(
        source=str(order.address),
        dataset=order.dataset,
        version=place.version,
        numbered_by=numbered_by,
        day=place.day,
        fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        run_id=order.run_id,
        fingerprint=listing.fingerprint,
        digest=digest_of(files),
        bytes=sum(entry.bytes for entry in files),
        files=files,
    )
    commit(folder, manifest)
    (folder / BEGUN).unlink(missing_ok=True)
    return manifest
