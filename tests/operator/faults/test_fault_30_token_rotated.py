"""Fault 30: the operator's token is valid no more, and another one lies in its place."""

import json

from tests.cluster.api import Refused, open_api
from tests.cluster.rights import ACCOUNT
from tests.cluster.scene import Scene, login
from tests.cluster.waiting import until


async def test_fault_30_operator_goes_on_with_a_new_token(scene: Scene) -> None:
    opened = scene.etl.hold("load")
    await scene.apply()
    await scene.until_stage("load")
    file = scene.plane.folder / f"{scene.namespace.name}.json"
    old = json.loads(file.read_text())["users"][0]["user"]["token"]

    # the tokens of an account end with it
    await scene.namespace.delete("serviceaccounts", ACCOUNT)
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}
    await scene.namespace.create("serviceaccounts", account)
    await login(scene.plane, scene.namespace, scene.proxy.url)
    scene.proxy.drop_connections()
    opened.set()

    await scene.until_ended("Succeeded")
    # the API server takes a token for some seconds after its end
    await until(lambda: is_refused(scene, old))
    await scene.annotate(requestedAt="with the new token")
    await scene.until_ended("Unchanged")
    assert scene.operator.is_running


async def is_refused(scene: Scene, token: str) -> bool:
    async with open_api(scene.plane, token) as api:
        try:
            await api.request("GET", scene.namespace.path("jobs"))
        except Refused as refusal:
            return refusal.status == 401
    return False
