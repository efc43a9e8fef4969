"""Takes away everything that fetch and load left on a volume and in its store."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import PassingTrouble
from superzol_etl.stages.arrive import BEGUN
from superzol_etl.volume.in_use import readers
from superzol_etl.volume.layout import disk_trouble_told, sync_folder, version_places
from superzol_etl.volume.lease import only_writer
from superzol_etl.volume.manifest import NAME
from superzol_etl.volume.objects import open_store
from superzol_etl.volume.store import Store

FOLDERS = ("raw", "processed", "archive", "lake")
LOOK_AGAIN_SECONDS = 0.5


class Removed(NamedTuple):
    """What went; objects: of the store."""

    folders: tuple[str, ...]
    objects: int


async def clean_up(
    volume: Path, store: str | None, run_id: str, settings: SourceSettings, patience_seconds: float
) -> Removed:
    """Removes versions, reports, archives and the lake; other files of the volume stay.

    patience_seconds: how long runs that read a version are waited for.
    Raises EtlError, PassingTrouble while a run reads a version; repeated, it does the rest.
    """
    with disk_trouble_told(volume):
        there = [volume / name for name in FOLDERS if (volume / name).is_dir()]
        if there:
            async with only_writer(volume, run_id):
                await _wait_for_readers(volume, patience_seconds)
                await asyncio.to_thread(_take_marks, volume)
                # Who found its version before the manifest went has marked it by now.
                await _wait_for_readers(volume, patience_seconds)
                for folder in there:
                    await asyncio.to_thread(shutil.rmtree, folder)
    objects = await _empty(Store(open_store(store, settings), store)) if store else 0
    return Removed(tuple(folder.name for folder in there), objects)


async def _wait_for_readers(volume: Path, patience_seconds: float) -> None:
    deadline = time.monotonic() + patience_seconds
    while found := await asyncio.to_thread(_reading, volume):
        if time.monotonic() >= deadline:
            raise PassingTrouble(
                f"{', '.join(found)} reads a version of {volume}: try again when it has ended"
            )
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _reading(volume: Path) -> list[str]:
    return [
        f"run {reader}"
        for place in version_places(volume)
        for reader in readers(volume / place.raw)
    ]


def _take_marks(volume: Path) -> None:
    """Removes what says that something is whole or goes on: what a kill leaves is nothing then.

    Half an archive goes before the note that says so.
    """
    for path in _marks(volume):
        path.unlink(missing_ok=True)
    folders = [volume / place.raw for place in version_places(volume)]
    for folder in (*folders, volume / "lake" / "versions"):
        with contextlib.suppress(FileNotFoundError):
            sync_folder(folder)


def _marks(volume: Path) -> Iterator[Path]:
    for place in version_places(volume):
        yield volume / place.raw / NAME
        yield volume / place.raw / BEGUN
    yield from sorted(volume.glob("lake/versions/*.json"))
    yield from sorted(volume.glob("lake/chains/*/*/*.json"))
    yield from sorted(volume.glob("archive/*.tar.zst"))


async def _empty(store: Store) -> int:
    names = [name for folder in FOLDERS for name in await store.names(folder)]
    for name in sorted(names, key=_is_no_mark):
        await store.drop(name)
    return len(names)


def _is_no_mark(name: str) -> bool:
    return not name.endswith(f"/{NAME}") and not (
        name.startswith("lake/") and name.endswith(".json")
    )
