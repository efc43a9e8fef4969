"""`helm test`: its pod is of the chart, and what it runs says whether an operator works."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.control_plane import ControlPlane, leashed
from tests.cluster.helm import CHART, RELEASE, objects, render
from tests.cluster.operator_process import FASTER
from tests.cluster.scene import Scene
from tests.operator.faults.gates import until_leading

CASES = sorted((CHART / "ci").glob("*-values.yaml"))


def hook(values: Path | None = None, namespace: str = "super-zol") -> dict[str, Any]:
    (found,) = objects(render(namespace, values, "--show-only=templates/test.yaml"))
    return found


@pytest.mark.parametrize("values", CASES, ids=lambda path: path.name)
def test_test_pod_is_no_part_of_the_release_and_works_where_the_operator_does(
    values: Path,
) -> None:
    pod = hook(values)
    (deployment,) = objects(render("super-zol", values, "--show-only=templates/deployment.yaml"))
    selector = deployment["spec"]["selector"]["matchLabels"]
    (checks,) = pod["spec"]["containers"]
    (runs,) = deployment["spec"]["template"]["spec"]["containers"]

    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert not selector.items() <= pod["metadata"]["labels"].items()
    assert [each for each in checks["env"] if each not in runs["env"]] == []
    assert checks["image"] == runs["image"]


def test_test_pod_runs_restricted(control_plane: ControlPlane) -> None:
    label = "pod-security.kubernetes.io/enforce=restricted"
    control_plane.kubectl("create", "namespace", "checked")
    control_plane.kubectl("label", "namespace", "checked", label)
    pod = hook(namespace="checked")
    del pod["spec"]["serviceAccountName"]

    told = control_plane.kubectl(
        "create", "--dry-run=server", "--validate=strict", "--filename=-", given=json.dumps(pod)
    )

    assert "created" in told
    control_plane.kubectl("delete", "namespace", "checked", "--wait=false")


async def run_check(scene: Scene) -> tuple[int, str]:
    """Runs what the pod would, with its environment and the rights of its account."""
    (container,) = hook(namespace=scene.namespace.name)["spec"]["containers"]
    told = {each["name"]: each.get("value", scene.namespace.name) for each in container["env"]}
    faster = {name: value for name, value in FASTER.items() if "_LEASE_" in name}
    kubeconfig = scene.plane.folder / f"{scene.namespace.name}.json"
    program, *arguments = container["command"]
    process = await asyncio.create_subprocess_exec(
        *leashed(str(Path(sys.executable).with_name(program)), *arguments),
        env=told | faster | {"KUBECONFIG": str(kubeconfig), "PATH": os.environ["PATH"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode()


async def test_check_names_the_leader_and_ends_with_75_when_there_is_none(scene: Scene) -> None:
    await until_leading(scene.operator)
    lease = await scene.namespace.read("leases", RELEASE)
    holder = lease["spec"]["holderIdentity"]
    lease_name = f"the Lease {scene.namespace.name}/{RELEASE}"

    assert await run_check(scene) == (0, f"the kind and the rights are there, and {holder} leads\n")

    await scene.operator.kill()
    code, told = await run_check(scene)
    assert (code, f"nobody works: {holder} renews {lease_name} no more; " in told) == (75, True)

    await scene.operator.start()
    await until_leading(scene.operator)
    await scene.operator.terminate()
    code, told = await run_check(scene)
    assert (code, f"nobody works: {lease_name} has no holder; " in told) == (75, True)


async def test_check_ends_with_77_without_a_right(scene: Scene) -> None:
    await until_leading(scene.operator)
    await scene.namespace.patch("roles", RELEASE, {"rules": []})

    code, told = await run_check(scene)

    assert (code, "bind it to the Role of the chart" in told) == (77, True)
