"""The operator as a process: what it does for a resource, what it weighs, what it needs."""

import asyncio
from pathlib import Path

from tests.cluster.binaries import find_binaries
from tests.cluster.control_plane import running_control_plane
from tests.cluster.operator_process import OperatorProcess
from tests.cluster.scene import Scene

MEBIBYTE = 2**20
MAX_IDLE_MEBIBYTES = 110


async def test_new_resource_is_fetched_loaded_and_published(scene: Scene) -> None:
    await scene.apply()

    status = await scene.until_ended("Succeeded")

    assert scene.condition(status, "Ready")["status"] == "True"
    assert {pod.stage for pod in scene.etl.played} == {"fetch", "load", "publish"}
    assert scene.operator.rss_bytes / MEBIBYTE < MAX_IDLE_MEBIBYTES


async def test_nothing_is_written_when_nothing_changes(scene: Scene) -> None:
    await scene.operator.kill()
    await scene.operator.start(SUPERZOL_OPERATOR_RESYNC_SECONDS="0.2")
    await scene.apply()
    await scene.until_ended("Succeeded")
    resource = await scene.namespace.read("datasetrefreshes", "prices")

    looks = scene.proxy.count("GET", "/datasetrefreshes/prices$")
    while scene.proxy.count("GET", "/datasetrefreshes/prices$") < looks + 5:
        await asyncio.sleep(0.1)

    again = await scene.namespace.read("datasetrefreshes", "prices")
    assert again["metadata"]["resourceVersion"] == resource["metadata"]["resourceVersion"]


async def test_operator_without_its_kind_says_how_to_install_it(tmp_path: Path) -> None:
    with running_control_plane(find_binaries()) as plane:
        log = tmp_path / "operator.log"
        operator = OperatorProcess(plane.admin_kubeconfig, "default", {}, log)
        await operator.start()

        assert await operator.wait(30) == 78

    assert "the API server does not know datasetrefreshes.superzol.com" in log.read_text()
    assert "superzol-operator crd | kubectl apply -f -" in log.read_text()
