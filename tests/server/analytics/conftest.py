"""A stub of AnalyticsService on a server of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.support.server import running_api
from tests.support.stubs import AnalyticsStub


@pytest.fixture
async def analytics(database: str) -> AsyncIterator[AnalyticsStub]:
    async with running_api(database) as running:
        yield AnalyticsStub(running.channel)
