"""A namespace of a cluster, spoken to in plain objects over plain HTTP: no cache, no retry."""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp

from tests.cluster.control_plane import ControlPlane

Manifest = dict[str, Any]
GROUPS = {
    "pods": "/api/v1",
    "secrets": "/api/v1",
    "events": "/api/v1",
    "resourcequotas": "/api/v1",
    "persistentvolumeclaims": "/api/v1",
    "serviceaccounts": "/api/v1",
    "jobs": "/apis/batch/v1",
    "leases": "/apis/coordination.k8s.io/v1",
    "roles": "/apis/rbac.authorization.k8s.io/v1",
    "rolebindings": "/apis/rbac.authorization.k8s.io/v1",
    "datasetrefreshes": "/apis/superzol.com/v1alpha1",
}
MERGE = "application/merge-patch+json"
# A paused virtual machine stands still for 45 s at times, and no call is at fault for it.
ANSWER = aiohttp.ClientTimeout(total=120)
# A watch is quiet for as long as nothing happens; a line holds a whole object.
WATCHING = aiohttp.ClientTimeout(total=None, sock_read=None)
LINE_BYTES = 4 * 1024 * 1024


class Refused(Exception):
    """The API server said no. status: of HTTP; reason: as AlreadyExists; message: its sentence."""

    def __init__(self, status: int, answer: Manifest) -> None:
        self.status = status
        self.reason = str(answer.get("reason", ""))
        self.message = str(answer.get("message", ""))
        super().__init__(f"{status} {self.reason}: {self.message}")


class Change(NamedTuple):
    """An event of a watch. kind: ADDED, MODIFIED or DELETED."""

    kind: str
    object: Manifest


class Api:
    """Requests of one identity."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def request(
        self, method: str, path: str, body: Manifest | None = None, content_type: str = ""
    ) -> Manifest:
        """Returns the answered object. Raises Refused."""
        headers = {"Content-Type": content_type or "application/json"}
        sent = None if body is None else json.dumps(body)
        async with self._session.request(
            method, self._url + path, data=sent, headers=headers
        ) as response:
            answer = await response.json(content_type=None)
        if response.status >= 400:
            raise Refused(response.status, answer)
        return dict(answer)

    async def lines(self, path: str) -> AsyncIterator[Manifest]:
        """Yields what a watch says until the server ends it."""
        async with self._session.get(self._url + path, timeout=WATCHING) as response:
            if response.status >= 400:
                raise Refused(response.status, await response.json(content_type=None))
            async for line in response.content:
                yield json.loads(line)


class Namespace(NamedTuple):
    """The objects of one namespace, by their plural: jobs, pods, datasetrefreshes."""

    api: Api
    name: str

    def path(self, plural: str, name: str = "", subresource: str = "") -> str:
        """Returns the address of a collection, an object or a part of it."""
        parts = [GROUPS[plural], "namespaces", self.name, plural, name, subresource]
        return "/".join(part for part in parts if part)

    async def create(self, plural: str, manifest: Manifest, of: str = "") -> Manifest:
        """Creates an object. of: `name/subresource` of another one, as `pod-1/binding`."""
        path = self.path(plural) + (f"/{of}" if of else "")
        return await self.api.request("POST", path, manifest)

    async def read(self, plural: str, name: str) -> Manifest:
        """Returns an object. Raises Refused with status 404."""
        return await self.api.request("GET", self.path(plural, name))

    async def find(self, plural: str, name: str) -> Manifest | None:
        """Returns an object; None when there is none."""
        try:
            return await self.read(plural, name)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None

    async def list(self, plural: str, labels: str = "") -> list[Manifest]:
        """Returns all objects of a kind. labels: a selector, as `app=etl`."""
        query = f"?labelSelector={labels}" if labels else ""
        return list((await self.api.request("GET", self.path(plural) + query))["items"])

    async def patch(
        self, plural: str, name: str, changes: Manifest, subresource: str = ""
    ) -> Manifest:
        """Merges changes into an object; None removes a field."""
        path = self.path(plural, name, subresource)
        return await self.api.request("PATCH", path, changes, MERGE)

    async def delete(
        self, plural: str, name: str, propagation: str = "Background", **options: int
    ) -> None:
        """Deletes an object; that it is gone already is fine. options: gracePeriodSeconds."""
        body = {"propagationPolicy": propagation, **options}
        try:
            await self.api.request("DELETE", self.path(plural, name), body)
        except Refused as refusal:
            if refusal.status != 404:
                raise

    async def watch(self, plural: str) -> AsyncIterator[Change]:
        """Yields what is there as ADDED, then each change, over every end of the connection."""
        version = ""
        while True:
            try:
                if not version:
                    listed = await self.api.request("GET", self.path(plural))
                    for each in listed["items"]:
                        yield Change("ADDED", each)
                    version = listed["metadata"]["resourceVersion"]
                query = f"?watch=1&allowWatchBookmarks=true&resourceVersion={version}"
                async for line in self.api.lines(self.path(plural) + query):
                    if line["type"] == "ERROR":
                        version = ""
                        break
                    version = line["object"]["metadata"]["resourceVersion"]
                    if line["type"] != "BOOKMARK":
                        yield Change(line["type"], line["object"])
            except (aiohttp.ClientError, Refused):
                version = ""


@asynccontextmanager
async def open_api(plane: ControlPlane, token: str | None = None) -> AsyncIterator[Api]:
    """Speaks to a control plane as whom a token belongs to, or as its administrator."""
    context = ssl.create_default_context(cafile=str(plane.certificate))
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=context, limit=0),
        headers={"Authorization": f"Bearer {token or plane.token}"},
        read_bufsize=LINE_BYTES,
        timeout=ANSWER,
    ) as session:
        yield Api(session, plane.url)
