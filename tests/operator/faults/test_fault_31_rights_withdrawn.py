"""Fault 31: the rights over Jobs are withdrawn for a while."""

from tests.cluster.api import Manifest
from tests.cluster.rights import ACCOUNT
from tests.cluster.scene import Scene
from tests.operator.faults.gates import until_leading


async def withdraw_jobs(scene: Scene) -> Manifest:
    """Takes the rules about Jobs out of the operator's Role, and returns the Role as it was."""
    role = await scene.namespace.read("roles", ACCOUNT)
    rules = [rule for rule in role["rules"] if "jobs" not in rule["resources"]]
    await scene.namespace.patch("roles", ACCOUNT, {"rules": rules})
    return role


def ready_reason(status: Manifest) -> str:
    found = [each["reason"] for each in status.get("conditions", []) if each["type"] == "Ready"]
    return "".join(found)


async def test_fault_31_rights_withdrawn_are_told_and_waited_for(scene: Scene) -> None:
    await until_leading(scene.operator)
    role = await withdraw_jobs(scene)

    await scene.apply()
    await scene.until_status(lambda status: ready_reason(status) == "JobForbidden")
    metrics = await scene.operator.read_metrics()
    assert 'operator_reconcile_errors_total{kind="forbidden"}' in metrics
    assert scene.operator.is_running

    await scene.namespace.patch("roles", ACCOUNT, {"rules": role["rules"]})
    await scene.until_ended("Succeeded")


async def test_fault_31_operator_without_rights_ends_and_names_them(scene: Scene) -> None:
    await scene.operator.kill()
    await withdraw_jobs(scene)

    await scene.operator.start()

    assert await scene.operator.wait() == 77
    told = scene.operator.read_log().splitlines()[-1]
    assert "may not get jobs.batch, list jobs.batch, watch jobs.batch, create jobs.batch" in told
    assert f"in namespace {scene.namespace.name}" in told
