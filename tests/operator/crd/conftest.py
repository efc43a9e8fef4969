"""What the tests of the resource's description share: an API server that says yes or no."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.cluster.api import Api, Namespace, open_api
from tests.cluster.control_plane import ControlPlane


@pytest_asyncio.fixture
async def api(control_plane: ControlPlane) -> AsyncIterator[Api]:
    async with open_api(control_plane) as opened:
        yield opened


@pytest_asyncio.fixture
async def namespace(api: Api) -> Namespace:
    return Namespace(api, "default")
