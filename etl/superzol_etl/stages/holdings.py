"""The versions that a volume and its store hold: what is put there, and how much of it stays."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import EtlError
from superzol_etl.sources.bucket import BucketSource
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

    def write_report(
        self, volume: Path, folder: Path | None, report: Mapping[str, Any]
    ) -> Path | None:
        """Leaves how a load ended; None when the volume does not hold the version.

        folder: of its raw files; None: found by the number in the report.
        """
        if folder is None:
            kept = kept_versions(volume)
            same = (each.folder for each in kept if each.manifest.version == report["version"])
            folder = next(same, None)
        place = place_of(folder.relative_to(volume).as_posix()) if folder else None
        return write_summary(volume, place, dict(report)) if place else None

    async def put_away_results(
        self, volume: Path, lake: Path | None, summary: Path | None, report: Mapping[str, Any]
    ) -> None:
        """Copies to the store what a load left: its report, and the version's part of the lake.

        A note of the lake comes after what it speaks of; the version's own comes last.
        """
        if self.store is None:
            return
        if summary:
            await self.store.send(summary, summary.relative_to(volume).as_posix())
        if lake is None:
            return
        parts = sorted(
            lake.glob(f"*/chain_id=*/version={report['version']}/*"),
            key=lambda path: (path.suffix == ".json", path),
        )
        for path in (*parts, *lake.glob(f"versions/{report['version']}.json")):
            await self.store.send(path, f"lake/{path.relative_to(lake).as_posix()}")

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
