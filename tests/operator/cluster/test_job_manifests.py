"""A real API server takes every Job as it is, and admits its pods as restricted ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from superzol_operator.decide.contract import CreateJob
from superzol_operator.jobs import JobDefaults, build_job
from superzol_operator.resource import Resource
from tests.cluster.api import Manifest, Namespace, open_api
from tests.cluster.control_plane import ControlPlane
from tests.cluster.scene import make_namespace
from tests.cluster.waiting import until
from tests.support.refreshes import STAGES, job_of, resource_of, wanted_jobs

DEFAULTS = JobDefaults("localhost/superzol-etl:dev", "superzol-etl")
STRICT = "?dryRun=All&fieldValidation=Strict"
RESTRICTED = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
SPEC: Manifest = {
    "source": {"kaggle": {"dataset": "owner/prices", "secretRef": {"name": "kaggle"}}},
    "storage": {"claimName": "data"},
    "target": {"postgres": {"secretRef": {"name": "postgres"}}},
}


@asynccontextmanager
async def new_namespace(plane: ControlPlane) -> AsyncIterator[Namespace]:
    async with open_api(plane) as api:
        namespace = Namespace(api, f"t-{uuid4().hex[:12]}")
        await make_namespace(plane, namespace)
        path = f"/api/v1/namespaces/{namespace.name}"
        await api.request("PATCH", path, RESTRICTED, "application/merge-patch+json")
        yield namespace
        await api.request("DELETE", path)


@given(wanted=wanted_jobs())
@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_the_api_server_takes_every_job(
    control_plane: ControlPlane, wanted: tuple[Resource, CreateJob]
) -> None:
    manifest = build_job(*wanted, DEFAULTS)
    manifest["metadata"]["namespace"] = "default"
    async with open_api(control_plane) as api:
        path = Namespace(api, "default").path("jobs") + STRICT
        taken = await api.request("POST", path, manifest)
    rules = taken["spec"]["podFailurePolicy"]["rules"]
    assert rules[0]["action"] == "Ignore"


@pytest.mark.parametrize("stage", STAGES)
async def test_pods_of_every_stage_are_admitted_where_only_restricted_ones_are(
    control_plane: ControlPlane, stage: str
) -> None:
    resource = resource_of(SPEC)
    manifest = build_job(resource, job_of(resource, stage), JobDefaults("localhost/etl:dev"))
    async with new_namespace(control_plane) as namespace:
        manifest["metadata"]["namespace"] = namespace.name
        # the garbage collector would take the Job of a resource that is not there
        del manifest["metadata"]["ownerReferences"]
        await namespace.create("jobs", manifest)
        pods = await until(lambda: namespace.list("pods"))
    assert pods[0]["metadata"]["labels"]["refresh.superzol.com/stage"] == stage
    mounts = {mount["mountPath"] for mount in pods[0]["spec"]["containers"][0]["volumeMounts"]}
    assert not any("serviceaccount" in path for path in mounts)
