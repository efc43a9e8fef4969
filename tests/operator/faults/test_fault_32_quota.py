"""Fault 32: a quota of the namespace has no room for another Job."""

import pytest

from tests.cluster.api import Namespace
from tests.cluster.fake_etl import FakeEtl
from tests.cluster.kubelet import Kubelet
from tests.cluster.scene import DATASETS, Scene, make_beside
from tests.cluster.waiting import until

CAP = 2


@pytest.fixture
def settings() -> dict[str, str]:
    return {"SUPERZOL_OPERATOR_MAX_ACTIVE_RUNS": str(CAP)}


async def fill(namespace: Namespace) -> None:
    """Leaves no room for a Job in a namespace."""
    hard = {"count/jobs.batch": "0"}
    quota = {"metadata": {"name": "full"}, "spec": {"hard": hard}}
    await namespace.create("resourcequotas", quota)
    # admission counts from the time on that the controller has
    await until(
        lambda: namespace.read("resourcequotas", "full"),
        lambda found: found.get("status", {}).get("hard") == hard,
    )


async def test_fault_32_run_waits_for_room_and_does_not_fail(scene: Scene) -> None:
    await fill(scene.namespace)
    await scene.apply()
    status = await scene.until_status(
        lambda now: scene.condition(now, "Ready").get("reason") == "Queued"
    )
    assert status["currentRun"]["id"] == "g-1"
    assert "exceeded quota: full" in scene.condition(status, "Ready")["message"]
    assert "exceeded quota: full" in (await scene.until_event("Queued"))["message"]
    assert "lastRun" not in status

    await scene.namespace.delete("resourcequotas", "full")
    # any change wakes it; by itself it looks every 30 s
    await scene.annotate(note="there is room")
    status = await scene.until_ended("Succeeded")
    assert status["lastRun"]["attempts"] == 1


async def test_fault_32_runs_without_room_keep_no_place_from_other_namespaces(scene: Scene) -> None:
    full, other = scene.namespace, await make_beside(scene)
    await scene.operator.kill()
    await scene.operator.start(f"--namespace={other.name}")
    await fill(full)
    for number in range(CAP):
        await scene.apply(f"full-{number}", storage={"claimName": "data", "path": f"{number}"})
    for number in range(CAP):
        await scene.until_status(
            lambda now: scene.condition(now, "Ready").get("reason") == "Queued", f"full-{number}"
        )
    async with Kubelet(other, FakeEtl()):
        there = scene._replace(namespace=other)
        await there.apply()
        await there.until_ended("Succeeded")
    for number in range(CAP):
        await full.delete(DATASETS, f"full-{number}")
    await full.api.request("DELETE", f"/api/v1/namespaces/{other.name}")
