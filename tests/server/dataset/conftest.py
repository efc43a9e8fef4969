"""Two chains and three versions, served."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest_asyncio

from tests.support.catalogue import Offer, Product, Span, Store, Version, fill
from tests.support.clients import DatasetClient
from tests.support.server import running_api


@pytest_asyncio.fixture
async def datasets(database: str, connection: asyncpg.Connection) -> AsyncIterator[DatasetClient]:
    await fill(
        connection,
        Store("rami_levy:39"),
        Store("victory:1", observed_at=None),
        Product("7290004131074", "חלב"),
        Offer("7290004131074", "rami_levy:39", 620),
        Offer("7290004131074", "victory:1", 640),
        Span("7290004131074", "victory:1", 600, 3, 7),
        Version(3, date(2026, 2, 28)),
        Version(7, date(2026, 3, 1), chain_ids=("rami_levy",)),
        Version(7 + 1, date(2026, 3, 2), chain_ids=("victory",), state="held_back", closed=False),
    )
    async with running_api(database) as running:
        yield DatasetClient(running.channel)
