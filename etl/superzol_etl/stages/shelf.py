"""What fetch does with the store and with old versions."""

import logging
from collections.abc import Sequence

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import EtlError
from superzol_etl.sources.bucket import BucketSource
from superzol_etl.volume.manifest import Kept, Manifest
from superzol_etl.volume.objects import open_store
from superzol_etl.volume.retention import Keeping
from superzol_etl.volume.store import Store
from superzol_etl.volume.tidy import tidy

log = logging.getLogger(__name__)


class Shelf:
    """The store of a fetch, and how much is kept."""

    def __init__(self, store: str | None, keeping: Keeping, settings: SourceSettings) -> None:
        self.store = Store(open_store(store, settings), store) if store else None
        self.keeping, self.settings = keeping, settings
        self.held: Sequence[Manifest] = ()

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
        """Copies a version to the store unless it is there."""
        is_there = any(held.place == kept.manifest.place for held in self.held)
        if self.store and not is_there:
            await self.store.send_version(kept)

    async def tidy(self, kept: Kept) -> None:
        """Lets old versions go; trouble with that is no failure of a fetch that is done."""
        volume = kept.folder.parents[2]
        try:
            went = await tidy(volume, self.store, self.keeping)
        except (EtlError, OSError) as error:
            log.warning("old versions are still there", extra={"error": str(error)})
            return
        if went:
            log.info("old versions went to the archive", extra={"folders": went})
