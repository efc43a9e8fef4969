"""Brings a version of a source to the volume; repeated, it goes on where it was stopped."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import BadData, NotFound, PassingTrouble
from superzol_etl.settings import MAX_VERSION
from superzol_etl.sources.address import Address
from superzol_etl.sources.opening import open_source
from superzol_etl.sources.source import Listing, Source, Tell
from superzol_etl.stages.arrive import BEGUN, Fetched, Way, begin, download, extend, restore
from superzol_etl.stages.holdings import Holdings
from superzol_etl.volume.layout import FULL, VersionPlace, disk_trouble_told
from superzol_etl.volume.lease import only_writer
from superzol_etl.volume.manifest import (
    Kept,
    Manifest,
    commit,
    describe_files,
    digest_of,
    is_intact,
    kept_versions,
)


class FetchOrder(NamedTuple):
    """What to fetch and where to. version None: the newest of the source, or the next number.

    only: globs of the paths of files; none: all.
    """

    address: Address
    volume: Path
    dataset: str
    version: int | None
    run_id: str
    only: tuple[str, ...] = ()


class _Sealing(NamedTuple):
    """What the manifest says that neither order nor listing do."""

    place: VersionPlace
    numbered_by: Literal["source", "order", "volume"]
    only: tuple[str, ...]


async def fetch(
    order: FetchOrder, settings: SourceSettings, holdings: Holdings, tell: Tell
) -> Fetched:
    """Fetches a version unless it is there already; its manifest is written last.

    Raises EtlError; what came until then stays, and the next run goes on with it.
    """
    with disk_trouble_told(order.volume):
        order.volume.mkdir(parents=True, exist_ok=True)
        async with (
            only_writer(order.volume, order.run_id),
            open_source(order.address, settings) as source,
        ):
            fetched = await _fetch_from(source, order, Way(settings, holdings, tell))
            await holdings.put_away(Kept(fetched.manifest, fetched.folder))
            await holdings.tidy(order.volume, fetched.manifest.place)
            return fetched._replace(kept=await holdings.revisions(order.volume))


async def _fetch_from(source: Source, order: FetchOrder, way: Way) -> Fetched:
    held = await way.holdings.look()
    listed = _each_once(await source.list_files(order.version), order)
    wanted = _select_some(listed, order)
    kept = await asyncio.to_thread(kept_versions, order.volume)
    there = [each for each in kept if _is_as_listed(each.manifest, order, listed)]
    whole = [each for each in there if _holds(each.manifest, wanted)]
    if whole and is_intact(whole[-1]):
        return Fetched(whole[-1].manifest, whole[-1].folder, is_new=False, came_bytes=0)
    parts = [each for each in there if is_intact(each)]
    stored = [each for each in held if _is_as_listed(each, order, listed)]
    full = [each for each in stored if _holds(each, wanted)]
    if full and not parts:
        return await restore(order.volume, full[-1], way)
    known = [*(each.manifest for each in kept), *held]
    number, numbered_by = _number(order, listed, known)
    same = [
        each for each in (*(each.manifest for each in there), *stored) if each.version == number
    ]
    only = _unite(order.only, same)
    listing = _select(listed, only)
    part = next((each for each in parts if each.manifest.version == number), None)
    place = part.manifest.place if part else VersionPlace(listing.day.strftime("%Y%m%d"), number)
    folder = await _open_folder(order, place, listing, part, way)
    came = await download(source, listing, folder, way)
    await _check_unchanged(source, order, listing, only)
    sealing = _Sealing(place, numbered_by, only)
    manifest = await asyncio.to_thread(_seal, order, sealing, listing, folder)
    return Fetched(manifest, folder, is_new=True, came_bytes=came)


async def _open_folder(
    order: FetchOrder, place: VersionPlace, listing: Listing, part: Kept | None, way: Way
) -> Path:
    """The folder of the version; a part of it that is there stays whole until the rest has come.

    Where there is no room even for a note, old versions go first, but not the part.
    """
    source = str(order.address)

    def open_it() -> Path:
        if part:
            return extend(part, source, listing)
        return begin(order.volume, place, source, listing)

    try:
        return await asyncio.to_thread(open_it)
    except OSError as error:
        if error.errno not in FULL:
            raise
        await way.holdings.tidy(order.volume, place)
        return await asyncio.to_thread(open_it)


def _each_once(listing: Listing, order: FetchOrder) -> Listing:
    """Leaves out what is listed twice alike.

    Raises BadData where two files would lie at one place: one would be taken for the other.
    """
    files = tuple(dict.fromkeys(listing.files))
    counts = Counter(file.name for file in files)
    counts.update({str(folder) for name in counts for folder in PurePosixPath(name).parents})
    twice = next((file.name for file in files if counts[file.name] > 1), None)
    if twice:
        raise BadData(f"{order.address} lists {twice} twice, as two files: tell its owner")
    return listing._replace(files=files)


def _select(listing: Listing, only: tuple[str, ...]) -> Listing:
    """The files that a glob matches; all without globs."""
    if not only:
        return listing
    files = (file for file in listing.files if any(fnmatchcase(file.name, glob) for glob in only))
    return listing._replace(files=tuple(files))


def _select_some(listing: Listing, order: FetchOrder) -> Listing:
    """The files that are wanted. Raises NotFound when that is nothing."""
    wanted = _select(listing, order.only)
    if not wanted.files:
        raise NotFound(f"{order.address} holds no file that matches {' or '.join(order.only)}")
    return wanted


def _is_as_listed(manifest: Manifest, order: FetchOrder, listed: Listing) -> bool:
    """Says if the files of a version are what the source lists, under a number the order allows."""
    is_same = manifest.source == str(order.address) and order.version in (None, manifest.version)
    return is_same and manifest.fingerprint == _select(listed, manifest.only).fingerprint


def _holds(manifest: Manifest, wanted: Listing) -> bool:
    return {file.name for file in wanted.files} <= {entry.name for entry in manifest.files}


def _unite(only: tuple[str, ...], same: list[Manifest]) -> tuple[str, ...]:
    """The globs of what is there of a version and of what is wanted; none for everything."""
    asked = [only, *(each.only for each in same)]
    return tuple(sorted({glob for globs in asked for glob in globs})) if all(asked) else ()


def _number(
    order: FetchOrder, listed: Listing, known: list[Manifest]
) -> tuple[int, Literal["source", "order", "volume"]]:
    """The number of the version and who gave it; the source's own comes first.

    A version that is known in part, or lost files, keeps its number.
    Raises BadData when the number is taken by other files.
    """
    again = [each.version for each in known if _is_as_listed(each, order, listed)]
    wanted = listed.version or order.version
    if wanted is None:
        following = max((each.version for each in known), default=0) + 1
        return (again[-1] if again else following), "volume"
    if wanted > MAX_VERSION:
        raise BadData(f"version {wanted} is beyond {MAX_VERSION}, the last that can be loaded")
    for each in known:
        if each.version == wanted and not _is_as_listed(each, order, listed):
            advice = (
                "fetch to another --volume, or empty this one by superzol-etl cleanup"
                if listed.version
                else "give these another --version"
            )
            raise BadData(
                f"version {wanted} is there already with other files, of {each.source}: {advice}"
            )
    return wanted, "source" if listed.version else "order"


async def _check_unchanged(
    source: Source, order: FetchOrder, listing: Listing, only: tuple[str, ...]
) -> None:
    """Raises PassingTrouble when the source put other files there meanwhile.

    A version that has the source's own number never changes; a listing without one may.
    """
    if listing.version is None:
        again = _select(_each_once(await source.list_files(order.version), order), only)
        if again.fingerprint != listing.fingerprint:
            raise PassingTrouble(
                f"{order.address} was replaced while it was read: run the same command again"
            )


def _seal(order: FetchOrder, sealing: _Sealing, listing: Listing, folder: Path) -> Manifest:
    files = describe_files(folder, [file.name for file in listing.files])
    manifest = Manifest(
        source=str(order.address),
        dataset=order.dataset,
        version=sealing.place.version,
        numbered_by=sealing.numbered_by,
        day=sealing.place.day,
        fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        run_id=order.run_id,
        fingerprint=listing.fingerprint,
        digest=digest_of(files),
        bytes=sum(entry.bytes for entry in files),
        files=files,
        only=sealing.only,
    )
    commit(folder, manifest)
    (folder / BEGUN).unlink(missing_ok=True)
    return manifest
