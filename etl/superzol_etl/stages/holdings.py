"""The versions that a volume and its store hold: what is put there, and how much of it stays."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import EtlError, NotFound
from superzol_etl.sources.bucket import BucketSource
from superzol_etl.volume.lake import ChainNote, LakePlace, parse_chain_note, version_note
from superzol_etl.volume.layout import VersionPlace, place_of
from superzol_etl.volume.manifest import Kept, Manifest, kept_versions
from superzol_etl.volume.objects import open_store
from superzol_etl.volume.retention import Keeping
from superzol_etl.volume.store import Store
from superzol_etl.volume.tidy import tidy, write_summary

log = logging.getLogger(__name__)


class Holdings:
    """The store of a fetch, and how much is kept."""

    def __init__(self, store: str | None, keeping: Keeping, settings: SourceSettings) -> None:
        self.store = Store(open_store(store, settings), store) if store else None
        self.keeping, self.settings = keeping, settings
        self.held: Sequence[Manifest] = ()
        self.gone: frozenset[str] = frozenset()

    async def look(self) -> Sequence[Manifest]:
        """The versions in the store, oldest first; none without a store."""
        self.held = await self.store.manifests() if self.store else ()
        return self.held

    def source_of(self, manifest: Manifest) -> BucketSource:
        """The store as the source of a version that it holds."""
        assert self.store  # only a store holds a manifest
        place = f"{self.store.name.rstrip('/')}/{manifest.place.raw}"
        return BucketSource(place, open_store(place, self.settings), self.settings)

    async def put_away(self, kept: Kept) -> None:
        """Copies a version to the store, or what the store lacks of it."""
        same = [held for held in self.held if held.place == kept.manifest.place]
        is_there = any(held.files == kept.manifest.files for held in same)
        if self.store and not is_there:
            await self.store.send_version(kept, same[-1] if same else None)

    async def put_away_report(
        self, volume: Path, folder: Path | None, report: Mapping[str, Any]
    ) -> None:
        """Leaves how a load ended, also in the store; where neither holds the version, nowhere.

        folder: of its raw files; None: found by the number in the report.
        """
        if folder:
            place = place_of(folder.relative_to(volume).as_posix())
        else:
            there = [kept.manifest for kept in kept_versions(volume)]
            same = [each for each in there if each.version == report["version"]]
            # Of several days the last one is read.
            manifest = same[-1] if same else await self._find_stored(report["version"])
            place = manifest.place if manifest else None
        if place is None:
            return
        summary = write_summary(volume, place, dict(report))
        if self.store:
            await self.store.send(summary, summary.relative_to(volume).as_posix())

    async def _find_stored(self, version: int) -> Manifest | None:
        same = [each for each in await self.look() if each.version == version]
        return same[-1] if same else None

    async def put_away_lake(
        self, lake: Path, version: int, chain_ids: Collection[str] | None = None
    ) -> None:
        """Copies to the store what the lake has of a version, unless it is there.

        chain_ids: of these chains alone, as others may just be written; None: of all, and the note
        of the version. A note comes after what it speaks of.
        """
        if self.store is None:
            return
        for note in sorted(lake.glob(f"chains/chain_id=*/version={version}/chain.json")):
            chain_id = note.parent.parent.name.removeprefix("chain_id=")
            if chain_ids is None or chain_id in chain_ids:
                await self._send_chain(LakePlace(lake, chain_id, version))
        path = version_note(lake, version)
        if chain_ids is None and path.exists():
            await self.store.send(path, f"lake/{path.relative_to(lake).as_posix()}")

    async def _send_chain(self, place: LakePlace) -> None:
        assert self.store  # only with one anything is put away
        note = place.read_note()
        if note is None or await self._read_lake_note(place) == note:
            return
        for name in (*(file.path for file in note.files), place.inner_note):
            await self.store.send(place.lake / name, f"lake/{name}")

    async def find_lake_note(self, place: LakePlace) -> ChainNote | None:
        """What the lake says of a chain's version, else the store's."""
        return await asyncio.to_thread(place.read_note) or await self._read_lake_note(place)

    async def _read_lake_note(self, place: LakePlace) -> ChainNote | None:
        if self.store is None:
            return None
        name = f"lake/{place.inner_note}"
        try:
            return parse_chain_note(await self.store.read(name), f"{self.store.name}/{name}")
        except NotFound:
            return None

    async def tidy(self, volume: Path, wanted: VersionPlace | None = None) -> None:
        """Lets old versions go, but not the one wanted; trouble with that fails no fetch."""
        try:
            went = await tidy(volume, self.store, self.keeping, wanted)
        except (EtlError, OSError) as error:
            log.warning("old versions are still there", extra={"error": str(error)})
            return
        self.gone |= frozenset(went)
        if went:
            log.info("old versions went to the archive", extra={"folders": went})

    async def revisions(self, volume: Path) -> tuple[str, ...]:
        """Those whose files the volume or the store has once tidied, the newest first."""
        there = [kept.manifest for kept in await asyncio.to_thread(kept_versions, volume)]
        stored = [held for held in self.held if held.place.raw not in self.gone]
        newest_first = sorted((*stored, *there), key=lambda each: -each.version)
        return tuple(dict.fromkeys(each.revision for each in newest_first))
