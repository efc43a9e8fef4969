"""Fixtures of the operator's tests: one control plane a worker, and a namespace a test.

`control_plane` (session) etcd, API server and controllers with the CRD; 3 s to start.
`settings`      of the operator, for a module to override: SUPERZOL_OPERATOR_… by name.
`scene`         a new namespace with the operator, the kubelet, the fake ETL and the fault proxy;
                after the test the invariants of tests/cluster/witness.py are checked.
`cluster`       the scene's API server as the operator calls it, the operator itself killed.
`world`         a resource and its Jobs in memory, for what decide() makes of them.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from superzol_operator.access import Access
from superzol_operator.cluster import Cluster
from tests.cluster.binaries import find_binaries
from tests.cluster.control_plane import ControlPlane, running_control_plane
from tests.cluster.rights import install_definitions
from tests.cluster.scene import Scene, open_scene
from tests.operator.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    with running_control_plane(find_binaries()) as plane:
        install_definitions(plane)
        yield plane


@pytest.fixture
def settings() -> dict[str, str]:
    return {}


@pytest_asyncio.fixture
async def scene(
    control_plane: ControlPlane, tmp_path: Path, settings: dict[str, str]
) -> AsyncIterator[Scene]:
    async with open_scene(control_plane, tmp_path, settings) as opened:
        yield opened


@pytest_asyncio.fixture
async def cluster(scene: Scene) -> AsyncIterator[Cluster]:
    await scene.operator.kill()
    access = Access(str(scene.plane.folder / f"{scene.namespace.name}.json"))
    await access.load()
    opened = Cluster(access, aiohttp.ClientTimeout(total=30))
    yield opened
    await opened.close()
