"""Opens the source that an address names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from superzol_etl.environment import SourceSettings, read_secret
from superzol_etl.sources.address import Address, SourceKind
from superzol_etl.sources.source import Source

KEY = "SUPERZOL_SOURCE_KEY"


@asynccontextmanager
async def open_source(address: Address, settings: SourceSettings) -> AsyncIterator[Source]:
    """The source, open until the block ends; each kind imports only what it needs.

    Raises EtlError when it cannot be opened.
    """
    if address.kind is SourceKind.FOLDER:
        from superzol_etl.sources.folder import FolderSource

        yield FolderSource(Path(address.place))
        return
    if address.kind is SourceKind.BUCKET:
        from superzol_etl.sources.bucket import BucketSource
        from superzol_etl.volume.objects import open_bucket

        yield BucketSource(address.place, open_bucket(address.place, settings), settings)
        return
    from superzol_etl.sources.download import web_client

    async with web_client(settings) as client:
        if address.kind is SourceKind.KAGGLE:
            from superzol_etl.sources.kaggle import KaggleSource

            yield KaggleSource(address.place, settings, client)
        elif address.kind is SourceKind.API:
            from superzol_etl.sources.api import ApiSource

            yield ApiSource(address.place, read_secret(KEY), settings, client)
        else:
            from superzol_etl.sources.web import WebSource

            yield WebSource(address.place, read_secret(KEY), settings, client)
