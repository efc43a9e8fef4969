"""Makes room on the volume and in the store: old versions are archived, then their files go."""

import asyncio
import json
import shutil
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from superzol_etl.volume.archive import archive_version
from superzol_etl.volume.in_use import is_in_use
from superzol_etl.volume.layout import (
    VersionPlace,
    archived_place,
    make_folders,
    sync_folder,
    version_places,
    write_whole,
)
from superzol_etl.volume.manifest import NAME, Kept, commit, kept_versions
from superzol_etl.volume.partial import Partial
from superzol_etl.volume.retention import Keeping, Standing, choose_old
from superzol_etl.volume.store import Store

ABANDONED_SECONDS = 86_400.0
SUMMARY = "load_summary.json"
GOOD = ("Loaded", "Partial", "Published", "Unchanged")


def write_summary(volume: Path, place: VersionPlace, report: dict[str, Any]) -> Path:
    """Leaves how the load of a version ended: processed/<day>/v<n>/load_summary.json.

    Of shards that end at once each writes a file of its own; the last to rename it counts.
    """
    volume.mkdir(parents=True, exist_ok=True)
    folder = make_folders(volume, place.processed)
    own = folder / f"{SUMMARY}.{uuid4().hex}"
    write_whole(own, json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n")
    path = own.replace(folder / SUMMARY)
    sync_folder(folder)
    return path


def is_good(volume: Path, place: VersionPlace) -> bool:
    """Says if the version was loaded and published."""
    try:
        report = json.loads((volume / place.processed / SUMMARY).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(report, dict) and report.get("result") in GOOD


async def tidy(
    volume: Path, store: Store | None, keeping: Keeping, wanted: VersionPlace | None = None
) -> list[str]:
    """Lets old versions go; returns the raw folders that went.

    wanted: a version that was asked for just now, however old it is; a load is to read it.
    A version leaves the volume and the store only when its archive is whole, and in the store too.
    Raises EtlError or OSError; what went until then is archived.
    """
    kept = {version.manifest.place: version for version in await _look(volume)}
    standings = [
        Standing(
            place,
            is_good(volume, place),
            place == wanted or is_in_use(version.folder),
            _age_seconds(version),
        )
        for place, version in kept.items()
    ]
    if keeping.archives:
        # First, too: without them there may be room for one more.
        await _drop_archives(volume, store, keeping)
    went = []
    for place in choose_old(standings, keeping):
        await _archive(volume, store, kept[place], keeping)
        # Packing takes its time: a run may have begun to read the version.
        if is_in_use(kept[place].folder):
            continue
        if store:
            await store.drop_version(place)
        if await asyncio.to_thread(drop, kept[place]):
            went.append(place.raw)
    if keeping.archives:
        await _drop_archives(volume, store, keeping)
    await asyncio.to_thread(_drop_abandoned, volume, max(kept, default=None, key=_by_number))
    return went


def _age_seconds(kept: Kept) -> float:
    fetched_at = datetime.fromisoformat(kept.manifest.fetched_at)
    return (datetime.now(UTC) - fetched_at).total_seconds()


def _by_number(place: VersionPlace) -> int:
    return place.version


def _drop_abandoned(volume: Path, newest: VersionPlace | None) -> None:
    """Removes what a fetch left that was killed and never taken up: a newer version is whole."""
    for place in version_places(volume):
        folder = volume / place.raw
        is_old = time.time() - folder.stat().st_mtime > ABANDONED_SECONDS
        is_passed = newest is not None and place.version < newest.version
        if is_passed and is_old and not (folder / NAME).exists():
            shutil.rmtree(folder)


async def _look(volume: Path) -> list[Kept]:
    return await asyncio.to_thread(kept_versions, volume)


async def _archive(volume: Path, store: Store | None, kept: Kept, keeping: Keeping) -> None:
    if keeping.archives:
        path = await asyncio.to_thread(archive_version, volume, kept)
        if store:
            await store.send(path, kept.manifest.place.archive)


def drop(kept: Kept) -> bool:
    """Removes the raw files of a version, its manifest first: a kill leaves no version.

    False: nothing went, as a run had found the manifest and marked the version.
    """
    (kept.folder / NAME).unlink()
    sync_folder(kept.folder)
    if is_in_use(kept.folder):
        commit(kept.folder, kept.manifest)
        return False
    shutil.rmtree(kept.folder)
    day = kept.folder.parent
    if not any(day.iterdir()):
        day.rmdir()
    return True


async def _drop_archives(volume: Path, store: Store | None, keeping: Keeping) -> None:
    whole = {str(path): path for path in volume.glob("archive/*") if Partial(path).is_whole}
    for name in _older(whole, keeping):
        whole[name].unlink()
    if store:
        for name in _older(await store.names("archive"), keeping):
            await store.drop(name)


def _older(names: Iterable[str], keeping: Keeping) -> list[str]:
    """The archives beyond those that are kept; files of others are none."""
    places = {place: name for name in names if (place := archived_place(name))}
    oldest_first = sorted(places, key=lambda place: (place.version, place.day))
    return [places[place] for place in oldest_first[: -keeping.archives]]
