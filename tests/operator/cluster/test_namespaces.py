"""Namespaces that are served beside another one: one that goes takes nothing else along."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio

from tests.cluster.api import Namespace
from tests.cluster.fake_etl import FakeEtl
from tests.cluster.kubelet import Kubelet
from tests.cluster.rights import ACCOUNT
from tests.cluster.scene import DATASETS, Scene, make_beside, make_namespace
from tests.cluster.waiting import until

RIGHTS = "/apis/rbac.authorization.k8s.io/v1"


@pytest_asyncio.fixture
async def second(scene: Scene) -> AsyncIterator[Scene]:
    """Another namespace of the same operator, whose rights are of the whole cluster."""
    api, name = scene.namespace.api, f"t-{uuid4().hex[:12]}"
    role = await scene.namespace.read("roles", ACCOUNT)
    await api.request(
        "POST",
        f"{RIGHTS}/clusterroles",
        {"metadata": {"name": name}, "rules": role["rules"]},
    )
    subject = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": scene.namespace.name}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}
    await api.request(
        "POST",
        f"{RIGHTS}/clusterrolebindings",
        {"metadata": {"name": name}, "roleRef": reference, "subjects": [subject]},
    )
    namespace, etl = Namespace(api, name), FakeEtl()
    await make_namespace(scene.plane, namespace)
    await scene.operator.kill()
    await scene.operator.start(f"--namespace={name}")
    async with Kubelet(namespace, etl) as kubelet:
        yield scene._replace(namespace=namespace, etl=etl, kubelet=kubelet)
    await api.request("DELETE", f"{RIGHTS}/clusterrolebindings/{name}")
    await api.request("DELETE", f"{RIGHTS}/clusterroles/{name}")


async def test_namespace_goes_though_its_files_cannot_be_cleaned_up_any_more(
    scene: Scene, second: Scene
) -> None:
    await second.apply(deletionPolicy="Delete")
    await second.until_ended("Succeeded")
    place = f"/api/v1/namespaces/{second.namespace.name}"
    await second.namespace.api.request("DELETE", place)

    await until(
        lambda: second.namespace.find(DATASETS, "prices"),
        lambda found: found is None,
    )

    assert "cleanup" not in {pod.stage for pod in second.etl.played}
    await scene.apply()
    await scene.until_ended("Succeeded")


async def test_namespace_that_is_not_there_keeps_no_other_from_being_served(scene: Scene) -> None:
    name = f"t-{uuid4().hex[:12]}"
    await scene.operator.kill()
    await scene.operator.start(f"--namespace={name}", SUPERZOL_OPERATOR_RESYNC_SECONDS="1")
    await scene.apply()
    await scene.until_ended("Succeeded")
    assert "namespaces without rights are not served" in scene.operator.read_log()

    other = await make_beside(scene, name)
    assert await scene.operator.wait() == 75, "it ends to begin anew"
    assert f"rights changed in {name}" in scene.operator.read_log().splitlines()[-1]
    await scene.operator.start(f"--namespace={name}")
    async with Kubelet(other, FakeEtl()):
        there = scene._replace(namespace=other)
        await there.apply()
        await there.until_ended("Succeeded")

        await scene.operator.kill()
        await other.api.request("DELETE", f"/api/v1/namespaces/{name}")
        await until(lambda: other.list("rolebindings"), lambda left: not left)
    await scene.operator.start(f"--namespace={name}")
    await scene.annotate(requestedAt="now")
    await scene.until_ended("Unchanged")
