"""Brings a version of a source to the volume; repeated, it goes on where it was stopped."""

import asyncio
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, NamedTuple

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import BadData, NotFound, PassingTrouble
from superzol_etl.settings import MAX_VERSION
from superzol_etl.sources.address import Address
from superzol_etl.sources.opening import open_source
from superzol_etl.sources.source import Listing, Source, Tell
from superzol_etl.stages.arrive import BEGUN, Fetched, Way, begin, download, restore
from superzol_etl.stages.shelf import Shelf
from superzol_etl.volume.layout import (
    VersionPlace,
    disk_trouble_told,
)
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


async def fetch(order: FetchOrder, settings: SourceSettings, shelf: Shelf, tell: Tell) -> Fetched:
    """Fetches a version unless it is there already; its manifest is written last.

    Raises EtlError; what came until then stays, and the next run goes on with it.
    """
    with disk_trouble_told(order.volume):
        order.volume.mkdir(parents=True, exist_ok=True)
        async with (
            only_writer(order.volume, order.run_id),
            open_source(order.address, settings) as source,
        ):
            fetched = await _fetch_from(source, order, Way(settings, shelf, tell))
            await shelf.put_away(Kept(fetched.manifest, fetched.folder))
            await shelf.tidy(order.volume, fetched.manifest.place)
        return fetched


async def _fetch_from(source: Source, order: FetchOrder, way: Way) -> Fetched:
    held = await way.shelf.look()
    listing = await _list(source, order)
    kept = await asyncio.to_thread(kept_versions, order.volume)
    wanted = [each for each in kept if _is_wanted(each.manifest, order, listing)]
    if wanted and is_intact(there := wanted[-1]):
        return Fetched(there.manifest, there.folder, is_new=False, came_bytes=0)
    stored = [each for each in held if _is_wanted(each, order, listing)]
    if stored:
        return await restore(order.volume, stored[-1], way)
    number, numbered_by = _number(order, listing, [*(each.manifest for each in kept), *held])
    place = VersionPlace(listing.day.strftime("%Y%m%d"), number)
    folder = await asyncio.to_thread(begin, order.volume, place, str(order.address), listing)
    came = await download(source, listing, folder, way)
    await _check_unchanged(source, order, listing)
    manifest = await asyncio.to_thread(_seal, order, place, numbered_by, listing, folder)
    return Fetched(manifest, folder, is_new=True, came_bytes=came)


async def _list(source: Source, order: FetchOrder) -> Listing:
    """What the source offers of the files that are wanted.

    Raises NotFound when that is nothing.
    """
    listing = await source.list_files(order.version)
    if not order.only:
        return listing
    wanted = (
        file for file in listing.files if any(fnmatchcase(file.name, glob) for glob in order.only)
    )
    listing = listing._replace(files=tuple(wanted))
    if not listing.files:
        raise NotFound(f"{order.address} holds no file that matches {' or '.join(order.only)}")
    return listing


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


async def _check_unchanged(source: Source, order: FetchOrder, listing: Listing) -> None:
    """Raises PassingTrouble when the source put other files there meanwhile.

    A version that has the source's own number never changes; a listing without one may.
    """
    if listing.version is None:
        again = await _list(source, order)
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
