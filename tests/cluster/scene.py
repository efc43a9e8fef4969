"""One namespace with all that plays in it: operator, kubelet, ETL, and the proxy between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from tests.cluster.api import Manifest, Namespace, Refused, open_api
from tests.cluster.control_plane import ControlPlane
from tests.cluster.fake_etl import FakeEtl
from tests.cluster.fault_proxy import FaultProxy, running_proxy
from tests.cluster.kubelet import Kubelet
from tests.cluster.operator_process import OperatorProcess
from tests.cluster.rights import ACCOUNT, grant_rights
from tests.cluster.waiting import PATIENCE_SECONDS, until
from tests.cluster.witness import Witness

DATASETS = "datasetrefreshes"
SPEC: Manifest = {
    "source": {
        "kaggle": {
            "dataset": "erlichsefi/israeli-supermarkets-2024",
            "secretRef": {"name": "kaggle-credentials"},
        }
    },
    "storage": {"claimName": "kaggle-data"},
    "target": {"postgres": {"secretRef": {"name": "postgres-loader"}}},
    "retry": {"initialBackoffSeconds": 1, "maxBackoffSeconds": 1},
}


class Scene(NamedTuple):
    """What a test of the operator acts on and looks at."""

    plane: ControlPlane
    namespace: Namespace
    etl: FakeEtl
    kubelet: Kubelet
    operator: OperatorProcess
    proxy: FaultProxy
    witness: Witness

    async def apply(self, name: str = "prices", **spec: object) -> Manifest:
        """Creates a DatasetRefresh. spec: parts beside, or instead of, those of SPEC."""
        metadata = {"name": name, "namespace": self.namespace.name}
        kept = {key: value for key, value in (SPEC | spec).items() if value is not None}
        manifest = {
            "apiVersion": "superzol.com/v1alpha1",
            "kind": "DatasetRefresh",
            "metadata": metadata,
            "spec": kept,
        }
        return await self.namespace.create(DATASETS, manifest)

    async def edit(self, name: str = "prices", **spec: object) -> Manifest:
        """Merges parts into a spec."""
        return await self.namespace.patch(DATASETS, name, {"spec": spec})

    async def annotate(self, name: str = "prices", **annotations: str) -> None:
        """Asks for something: requestedAt, forceAt, cancel, accept."""
        told = {f"refresh.superzol.com/{key}": value for key, value in annotations.items()}
        await self.namespace.patch(DATASETS, name, {"metadata": {"annotations": told}})

    async def status(self, name: str = "prices") -> Manifest:
        """Returns what the operator says of a resource."""
        found: Manifest = (await self.namespace.read(DATASETS, name)).get("status", {})
        return found

    async def until_status(
        self,
        is_so: Callable[[Manifest], object],
        name: str = "prices",
        timeout_seconds: float = PATIENCE_SECONDS,
    ) -> Manifest:
        """Waits for a status and returns it."""
        return await until(lambda: self.status(name), is_so, timeout_seconds)

    async def until_ended(
        self, result: str, name: str = "prices", timeout_seconds: float = PATIENCE_SECONDS
    ) -> Manifest:
        """Waits until nothing runs and the last run ended so; returns the status."""

        def has_ended(status: Manifest) -> bool:
            last: Manifest = status.get("lastRun", {})
            return "currentRun" not in status and last.get("result") == result

        return await self.until_status(has_ended, name, timeout_seconds)

    async def until_stage(self, stage: str, name: str = "prices") -> Manifest:
        """Waits until a Job of a stage is there and returns it."""
        selector = f"refresh.superzol.com/stage={stage},refresh.superzol.com/cr-name={name}"
        return (await until(lambda: self.namespace.list("jobs", selector)))[0]

    async def until_gone(self, resource: Manifest) -> None:
        """Waits until a resource is gone, or another one has its name."""
        name, uid = resource["metadata"]["name"], resource["metadata"]["uid"]

        def is_gone(found: Manifest | None) -> bool:
            return found is None or found["metadata"]["uid"] != uid

        await until(lambda: self.namespace.find(DATASETS, name), is_gone)

    async def until_event(self, reason: str) -> Manifest:
        """Waits for an event of the operator and returns it."""

        async def look() -> list[Manifest]:
            events = await self.namespace.list("events")
            return [event for event in events if event["reason"] == reason]

        return (await until(look))[0]

    def condition(self, status: Manifest, kind: str) -> Manifest:
        """Returns a condition of a status; nothing when it is not there."""
        found = [each for each in status.get("conditions", []) if each["type"] == kind]
        return dict(found[0]) if found else {}


@asynccontextmanager
async def open_scene(
    plane: ControlPlane, folder: Path, settings: dict[str, str]
) -> AsyncIterator[Scene]:
    """Makes a namespace with the operator running in it; checks the invariants in the end."""
    async with open_api(plane) as api, running_proxy(plane) as proxy:
        namespace = Namespace(api, f"t-{uuid4().hex[:12]}")
        await make_namespace(plane, namespace)
        kubeconfig = await login(plane, namespace, proxy.url)
        operator = OperatorProcess(kubeconfig, namespace.name, settings, folder / "operator.log")
        etl = FakeEtl()
        try:
            async with (
                Witness(namespace, etl.read_ledger) as witness,
                Kubelet(namespace, etl) as kubelet,
            ):
                await operator.start()
                yield Scene(plane, namespace, etl, kubelet, operator, proxy, witness)
                await witness.check()
                assert kubelet.overlaps == []
        finally:
            await operator.kill()
            print(operator.read_log()[-20_000:])
            # nobody waits for its end
            await api.request("DELETE", f"/api/v1/namespaces/{namespace.name}")


async def make_namespace(plane: ControlPlane, namespace: Namespace) -> None:
    """Makes a namespace where the operator has its rights and pods are admitted."""
    name = {"metadata": {"name": namespace.name}}
    await namespace.api.request("POST", "/api/v1/namespaces", name)
    await asyncio.to_thread(grant_rights, plane, namespace.name)
    # admission refuses pods until their account is there
    await until(lambda: namespace.find("serviceaccounts", "default"))


async def make_beside(scene: Scene, name: str = "") -> Namespace:
    """Makes another namespace that the operator of the scene may serve too."""
    other = Namespace(scene.namespace.api, name or f"t-{uuid4().hex[:12]}")
    await make_namespace(scene.plane, other)
    subject = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": scene.namespace.name}
    for binding in await other.list("rolebindings"):
        changes = {"subjects": [*binding["subjects"], subject]}
        await other.patch("rolebindings", binding["metadata"]["name"], changes)
    return other


async def login(plane: ControlPlane, namespace: Namespace, url: str, seconds: int = 3600) -> Path:
    """Writes a kubeconfig with a token of the operator's service account."""
    asked = {"spec": {"expirationSeconds": seconds}}
    account = f"{ACCOUNT}/token"
    try:
        token = await namespace.create("serviceaccounts", asked, of=account)
    except Refused as refusal:
        raise AssertionError(f"the chart made no account {ACCOUNT}") from refusal
    return plane.write_kubeconfig(namespace.name, token["status"]["token"], url)
