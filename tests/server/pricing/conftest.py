"""A client of PricingService, on a server of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.clients import PricingClient
from tests.support.server import running_api


@pytest_asyncio.fixture
async def pricing(database: str) -> AsyncIterator[PricingClient]:
    async with running_api(database) as running:
        yield PricingClient(running.channel)
