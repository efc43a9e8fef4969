"""Fault 22: somebody else's Job has the name that ours would have."""

from superzol_operator.jobnames import job_name
from tests.cluster.scene import Scene


async def test_fault_22_foreign_job_stalls_and_stays_as_it_is(scene: Scene) -> None:
    await scene.operator.kill()
    resource = await scene.apply()
    name = job_name("prices", resource["metadata"]["uid"], "g-1", "fetch", 1)
    pod = {"restartPolicy": "Never", "containers": [{"name": "theirs", "image": "theirs"}]}
    theirs = {"metadata": {"name": name}, "spec": {"suspend": True, "template": {"spec": pod}}}
    created = await scene.namespace.create("jobs", theirs)

    await scene.operator.start()
    status = await scene.until_ended("Failed")
    assert status["lastRun"]["reason"] == "NameCollision"
    assert scene.condition(status, "Stalled")["reason"] == "NameCollision"
    assert scene.condition(status, "Ready")["reason"] == "RefreshFailed"
    await scene.until_event("NameCollision")
    metrics = await scene.operator.read_metrics()
    (told,) = [line for line in metrics.splitlines() if 'status="True",type="Stalled"' in line]
    assert told.startswith("datasetrefresh_condition{") and told.endswith(" 1.0")
    found = await scene.namespace.read("jobs", name)
    assert found["metadata"]["uid"] == created["metadata"]["uid"]

    await scene.namespace.delete("jobs", name)
    await scene.annotate(requestedAt="theirs is gone")
    status = await scene.until_ended("Succeeded")
    assert scene.condition(status, "Stalled") == {}
