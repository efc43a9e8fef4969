"""A client of AnalyticsService, on a server of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.clients import AnalyticsClient
from tests.support.server import running_api


@pytest_asyncio.fixture
async def analytics(database: str) -> AsyncIterator[AnalyticsClient]:
    async with running_api(database) as running:
        yield AnalyticsClient(running.channel)
