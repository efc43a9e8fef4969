"""Fault 29: the CustomResourceDefinition is newer than the resources it describes."""

import asyncio
from pathlib import Path

from superzol_operator.resource import read_resource
from tests.cluster.binaries import find_binaries
from tests.cluster.control_plane import running_control_plane
from tests.cluster.rights import install_definitions
from tests.cluster.scene import DATASETS, open_scene

OLDER = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: datasetrefreshes.superzol.com}
spec:
  group: superzol.com
  scope: Namespaced
  names: {kind: DatasetRefresh, plural: datasetrefreshes, singular: datasetrefresh}
  versions:
    - name: v1alpha1
      served: true
      storage: true
      subresources: {status: {}}
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""


async def test_fault_29_resource_of_an_older_definition_is_served(tmp_path: Path) -> None:
    with running_control_plane(find_binaries()) as plane:
        await asyncio.to_thread(install_definitions, plane, OLDER)
        async with open_scene(plane, tmp_path, {}) as scene:
            await scene.apply(retry=None, inventedLater={"by": "nobody"})
            old = await scene.namespace.read(DATASETS, "prices")
            assert "schedule" not in old["spec"]
            assert (await scene.until_ended("Succeeded"))["artifact"]["version"] == 812

            await asyncio.to_thread(install_definitions, plane)
            await scene.annotate(requestedAt="after the upgrade")
            status = await scene.until_ended("Unchanged")
            assert status["lastRun"]["requestToken"] == "after the upgrade"


def test_fault_29_fields_that_are_lacking_have_their_defaults() -> None:
    metadata = {
        "name": "prices",
        "namespace": "default",
        "uid": "5",
        "resourceVersion": "1",
        "creationTimestamp": "2026-11-01T00:00:00Z",
    }
    spec = read_resource({"metadata": metadata}).spec
    assert (spec.load.shards, spec.run.deadline_seconds, spec.dataset) == (4, 7200, "prices")
