"""Says in the lake which versions are closed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from superzol_etl.database import Connection
from superzol_etl.sql import load_sql
from superzol_etl.volume.lake import (
    ChainNote,
    ClosedChain,
    LakePlace,
    VersionNote,
    closed_versions,
    write_version_note,
)
from superzol_etl.volume.layout import disk_trouble_told

PACKAGE = "superzol_etl.stages"


NoteReader: TypeAlias = Callable[[LakePlace], Awaitable[ChainNote | None]]


async def close_in_lake(
    connection: Connection,
    lake: Path,
    dataset_key: int,
    version: int,
    read_note: NoteReader | None = None,
) -> None:
    """Names the chains of the version that lie in the lake as they are served, and those that miss.

    A chain misses when it was loaded without a lake, or into another database. read_note: looks
    elsewhere too, where a load on another volume left its part; None: looks into this lake.
    """
    row = await connection.fetchrow(load_sql(PACKAGE, "read_version"), dataset_key, version)
    if row is None or row["closed_at"] is None:
        return
    chains = await connection.fetch(load_sql(PACKAGE, "read_version_chains"), dataset_key, version)
    with disk_trouble_told(lake):
        closed, missing = [], []
        for chain_id, _, content_digest in chains:
            place = LakePlace(lake, chain_id, version)
            told = await (read_note(place) if read_note else asyncio.to_thread(place.read_note))
            if told and told.content_digest == content_digest:
                closed.append(ClosedChain(chain_id=chain_id, content_digest=content_digest))
            else:
                missing.append(chain_id)
        note = VersionNote(
            dataset_id=row["dataset_id"],
            version=version,
            day=row["day"],
            digest=row["digest"],
            chains=tuple(closed),
            missing=tuple(missing),
        )
        await asyncio.to_thread(write_version_note, lake, note)


async def renew_lake(
    connection: Connection, lake: Path, dataset: tuple[int, str], versions: Iterable[int]
) -> None:
    """Closes versions in the lake, and says what later ones come to with them before.

    dataset: its surrogate and its identifier.
    """
    dataset_key, dataset_id = dataset
    notes = await asyncio.to_thread(closed_versions, lake)
    known = {note.version for note in notes if note.dataset_id == dataset_id}
    read = load_sql(PACKAGE, "read_version_chains")
    for version in sorted(known.union(versions)):
        for chain_id, digest, content_digest in await connection.fetch(read, dataset_key, version):
            place = LakePlace(lake, chain_id, version)
            told = await asyncio.to_thread(place.read_note)
            if told and told.digest == digest and told.content_digest != content_digest:
                renewed = told.model_copy(update={"content_digest": content_digest})
                await asyncio.to_thread(place.commit, renewed)
        await close_in_lake(connection, lake, dataset_key, version)
