"""A stub of PricingService on a server of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.support.server import running_api
from tests.support.stubs import PricingStub


@pytest.fixture
async def pricing(database: str) -> AsyncIterator[PricingStub]:
    async with running_api(database) as running:
        yield PricingStub(running.channel)
