"""Takes away everything that fetch and load left on a volume and in its store."""

import asyncio
import shutil
from pathlib import Path
from typing import NamedTuple

from superzol_etl.environment import SourceSettings
from superzol_etl.volume.layout import disk_trouble_told
from superzol_etl.volume.lease import only_writer
from superzol_etl.volume.objects import open_store
from superzol_etl.volume.store import Store

# Raw files go first: what a kill leaves holds no version any more.
FOLDERS = ("raw", "processed", "archive", "lake")


class Removed(NamedTuple):
    """What went; objects: of the store."""

    folders: tuple[str, ...]
    objects: int


async def clean_up(
    volume: Path, store: str | None, run_id: str, settings: SourceSettings
) -> Removed:
    """Removes versions, reports, archives and the lake; other files of the volume stay.

    Raises EtlError; repeated, it does the rest.
    """
    with disk_trouble_told(volume):
        there = [volume / name for name in FOLDERS if (volume / name).is_dir()]
        if there:
            async with only_writer(volume, run_id):
                for folder in there:
                    await asyncio.to_thread(shutil.rmtree, folder)
    objects = await _empty(Store(open_store(store, settings), store)) if store else 0
    return Removed(tuple(folder.name for folder in there), objects)


async def _empty(store: Store) -> int:
    names = [name for folder in FOLDERS for name in await store.names(folder)]
    for name in names:
        await store.drop(name)
    return len(names)
