"""Fault 30: the operator's token is valid no more, and another one lies in its place."""

from tests.cluster.rights import ACCOUNT
from tests.cluster.scene import Scene, login
from tests.cluster.waiting import until


async def test_fault_30_operator_goes_on_with_a_new_token(scene: Scene) -> None:
    opened = scene.etl.hold("load")
    await scene.apply()
    await scene.until_stage("load")

    # the tokens of an account end with it
    await scene.namespace.delete("serviceaccounts", ACCOUNT)
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}
    await scene.namespace.create("serviceaccounts", account)
    await login(scene.plane, scene.namespace, scene.proxy.url)
    scene.proxy.drop_connections()
    opened.set()

    await scene.until_ended("Succeeded")
    assert scene.operator.is_running
    refused = 'operator_api_requests_total{code="401"'
    assert await until(scene.operator.read_metrics, lambda metrics: refused in metrics)
