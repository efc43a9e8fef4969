"""Calls of the API server: plain JSON in and out, one connection pool, no hidden retries.

A failed call is answered by a later look at the resource, so a write is never repeated blindly.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp
from kubernetes.aio.client.api_client import ApiClient

from superzol_operator.access import Access
from superzol_operator.keys import Key
from superzol_operator.resource import API_VERSION, PLURAL

Json = dict[str, Any]
MERGE_PATCH = "application/merge-patch+json"
PAGE_ITEMS = 500
PASSING = (429, 500, 502, 503, 504)


class ApiFailure(Exception):
    """The API server said no."""

    def __init__(self, status: int, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message
        self.retry_after_seconds = retry_after_seconds


class Unreachable(Exception):
    """No answer: whether the call was carried out is not known."""


class Cluster:
    """The API server, for what the operator asks of it.

    counted: told verb and status (0: no answer) of every call.
    guarded: called before every write but those of the Lease; raises when we lead no more.
    """

    def __init__(
        self,
        access: Access,
        timeout: aiohttp.ClientTimeout,
        counted: Callable[[str, int], None] = lambda verb, status: None,
    ) -> None:
        self._access = access
        self._client = ApiClient(access.configuration)
        self._timeout = timeout
        self._counted = counted
        self.guarded: Callable[[], None] = lambda: None

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def get_refresh(self, key: Key) -> Json | None:
        """The DatasetRefresh; None when there is none."""
        return await self._find(_refresh_path(key))

    async def list_refreshes(self, namespace: str | None) -> AsyncIterator[Json]:
        """Every DatasetRefresh of a namespace, of all for None."""
        async for item in self._list(_collection(f"apis/{API_VERSION}", namespace, PLURAL)):
            yield item

    async def list_jobs(self, namespace: str | None, selector: str) -> AsyncIterator[Json]:
        """The Jobs with these labels, as they are now and not as a cache of the server has them."""
        path = _collection("apis/batch/v1", namespace, "jobs")
        async for item in self._list(path, selector):
            yield item

    async def list_pods(self, namespace: str, selector: str) -> AsyncIterator[Json]:
        """The pods with these labels."""
        async for item in self._list(_collection("api/v1", namespace, "pods"), selector):
            yield item

    async def get_job(self, namespace: str, name: str) -> Json | None:
        """A Job; None when there is none."""
        return await self._find(_collection("apis/batch/v1", namespace, "jobs") + f"/{name}")

    async def patch_status(self, key: Key, resource_version: str, patch: Mapping[str, Any]) -> Json:
        """Merges into the status; 409 when the resource is not as it was read."""
        body = {"metadata": {"resourceVersion": resource_version}, "status": patch}
        return await self._patch(f"{_refresh_path(key)}/status", body)

    async def patch_finalizers(
        self, key: Key, resource_version: str, finalizers: tuple[str, ...]
    ) -> Json:
        """Sets the finalizers; 409 when the resource is not as it was read."""
        metadata = {"resourceVersion": resource_version, "finalizers": list(finalizers)}
        return await self._patch(_refresh_path(key), {"metadata": metadata})

    async def create_job(self, namespace: str, manifest: Mapping[str, Any]) -> Json:
        """Creates a Job; 409 when the name is taken."""
        self.guarded()
        return await self.call("POST", _collection("apis/batch/v1", namespace, "jobs"), manifest)

    async def delete_job(self, namespace: str, name: str, uid: str) -> None:
        """Deletes a Job after its pods; one that is gone, or another one by now, is left alone."""
        self.guarded()
        options = {"propagationPolicy": "Foreground", "preconditions": {"uid": uid}}
        path = _collection("apis/batch/v1", namespace, "jobs") + f"/{name}"
        try:
            await self.call("DELETE", path, options)
        except ApiFailure as failure:
            if failure.status not in (404, 409):
                raise

    async def create_event(self, namespace: str, event: Mapping[str, Any]) -> Json:
        """Creates an Event."""
        return await self.call("POST", _collection("api/v1", namespace, "events"), event)

    async def patch_event(self, namespace: str, name: str, patch: Mapping[str, Any]) -> Json:
        """Merges into an Event."""
        path = _collection("api/v1", namespace, "events") + f"/{name}"
        return await self.call("PATCH", path, patch)

    async def call(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        """Makes one call; credentials that are refused are read again, once.

        Raises ApiFailure, or Unreachable.
        """
        try:
            return await self._call_once(verb, path, body, query)
        except ApiFailure as failure:
            if failure.status != 401:
                raise
        await self._access.load()
        return await self._call_once(verb, path, body, query)

    async def _call_once(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
    ) -> Json:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = MERGE_PATCH if verb == "PATCH" else "application/json"
        request = await self._client.param_serialize(
            verb,
            f"/{path}",
            query_params=list((query or {}).items()),
            header_params=headers,
            body=body,
            auth_settings=["BearerToken"],
        )
        status = 0
        try:
            response = await self._client.call_api(*request, _request_timeout=self._timeout)
            status = response.status
            text = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(f"{verb} /{path}: {error or type(error).__name__}") from error
        finally:
            self._counted(verb, status)
        if status >= 400:
            raise _failure(status, text, response.headers)
        answer: Json = json.loads(text)
        return answer

    async def _find(self, path: str) -> Json | None:
        try:
            return await self.call("GET", path)
        except ApiFailure as failure:
            if failure.status == 404:
                return None
            raise

    async def _list(self, path: str, selector: str | None = None) -> AsyncIterator[Json]:
        query = {"limit": str(PAGE_ITEMS)} | ({"labelSelector": selector} if selector else {})
        while True:
            page = await self.call("GET", path, query=query)
            for item in page["items"]:
                yield item
            following = page["metadata"].get("continue")
            if not following:
                return
            query["continue"] = following

    async def _patch(self, path: str, body: Json) -> Json:
        self.guarded()
        return await self.call("PATCH", path, body)


def _refresh_path(key: Key) -> str:
    return f"{_collection(f'apis/{API_VERSION}', key.namespace, PLURAL)}/{key.name}"


def _collection(api: str, namespace: str | None, plural: str) -> str:
    return f"{api}/namespaces/{namespace}/{plural}" if namespace else f"{api}/{plural}"


def _failure(status: int, text: bytes, headers: Mapping[str, str]) -> ApiFailure:
    try:
        answer = json.loads(text)
        message = str(answer["message"])
    except (ValueError, KeyError, TypeError):
        message = text[:200].decode(errors="replace")
    try:
        retry_after = float(headers["Retry-After"])
    except (KeyError, ValueError):
        retry_after = None
    return ApiFailure(status, message, retry_after)
