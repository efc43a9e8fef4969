"""A control plane, a namespace and an operator for a benchmark, without a kubelet: Jobs stay."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from tests.cluster.api import Manifest, Namespace, open_api
from tests.cluster.control_plane import ControlPlane
from tests.cluster.operator_process import OperatorProcess
from tests.cluster.scene import SPEC, login, make_namespace
from tests.cluster.waiting import until

# as shipped, but for the cap: it would be what a burst measures
PRODUCTION = {
    "SUPERZOL_OPERATOR_MAX_ACTIVE_RUNS": "100000",
    "SUPERZOL_OPERATOR_BACKOFF_SECONDS": "0.5",
    "SUPERZOL_OPERATOR_PROGRESS_SECONDS": "5",
    "SUPERZOL_OPERATOR_LEASE_SECONDS": "15",
    "SUPERZOL_OPERATOR_LEASE_RENEW_DEADLINE_SECONDS": "10",
    "SUPERZOL_OPERATOR_LEASE_RETRY_SECONDS": "2",
}
START_SECONDS = 60.0
AT_ONCE = 50


class Stage(NamedTuple):
    """What a benchmark measures with."""

    plane: ControlPlane
    namespace: Namespace
    kubeconfig: Path
    folder: Path

    def operator(self, name: str, **settings: str) -> OperatorProcess:
        """An operator of production's settings, not started; name: of its log."""
        log = self.folder / f"{name}.log"
        return OperatorProcess(self.kubeconfig, self.namespace.name, PRODUCTION | settings, log)

    def resource(self, name: str, **spec: object) -> Manifest:
        """A resource with a folder and a dataset of its own."""
        storage = {"claimName": "kaggle-data", "path": name}
        return {
            "apiVersion": "superzol.com/v1alpha1",
            "kind": "DatasetRefresh",
            "metadata": {"name": name, "namespace": self.namespace.name},
            "spec": SPEC | {"storage": storage} | spec,
        }


@asynccontextmanager
async def open_stage(plane: ControlPlane) -> AsyncIterator[Stage]:
    """Makes a namespace; everything in it is left to the end of the control plane."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_api(plane) as api:
            namespace = Namespace(api, f"bench-{uuid4().hex[:8]}")
            await make_namespace(plane, namespace)
            kubeconfig = await login(plane, namespace, plane.url)
            yield Stage(plane, namespace, kubeconfig, Path(folder))


@asynccontextmanager
async def leading(operator: OperatorProcess) -> AsyncIterator[OperatorProcess]:
    """Starts an operator, waits until it works, and kills it in the end."""
    try:
        await operator.start()
        await until(lambda: is_leading(operator), timeout_seconds=START_SECONDS)
        yield operator
    finally:
        await operator.kill()


async def is_leading(operator: OperatorProcess) -> bool:
    """Tells whether an operator works."""
    assert operator.is_running, operator.read_log()[-2000:]
    try:
        return "operator_is_leader 1.0" in await operator.read_metrics()
    except OSError:
        return False


async def create_all(stage: Stage, plural: str, manifests: list[Manifest]) -> None:
    """Creates objects, some at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def create(manifest: Manifest) -> None:
        async with gate:
            await stage.namespace.create(plural, manifest)

    await asyncio.gather(*map(create, manifests))
