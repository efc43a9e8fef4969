"""A proxy in front of the API server that cuts, stalls, refuses, delays and loses answers."""

import asyncio
import json
import re
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

import aiohttp
from aiohttp import web

from tests.cluster.api import LINE_BYTES, WATCHING
from tests.cluster.control_plane import ControlPlane
from tests.support.ports import free_port

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host", "upgrade"}


class Request(NamedTuple):
    """A request that came. at_seconds: of the monotonic clock; path: with its query."""

    at_seconds: float
    verb: str
    path: str


class Answered(NamedTuple):
    """What the API server itself said to a request."""

    verb: str
    path: str
    status: int


@dataclass(slots=True)
class Fault:
    """What happens to requests of a verb whose path matches a pattern, `times` times.

    status 0: they go on to the API server. kept: when this is set. drop_reply: they do, and their
    answer does not come. held: it comes when this is set.
    """

    verb: str
    path: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "a fault of the test"
    delay_seconds: float = 0.0
    drop_reply: bool = False
    kept: asyncio.Event | None = None
    held: asyncio.Event | None = None
    times: int = 1_000_000

    def takes(self, verb: str, path: str) -> bool:
        """Tells whether it is about a request, and counts it."""
        if self.times < 1 or self.verb not in ("*", verb) or not re.search(self.path, path):
            return False
        self.times -= 1
        return True


class FaultProxy:
    """Lets everything through until it is told otherwise.

    requests: what came. answers: what was said to it, in the order of the API server.
    """

    def __init__(self, plane: ControlPlane, upstream: aiohttp.ClientSession) -> None:
        # Not one of those that connections get: one would have it while this is cut off.
        self.port = free_port()
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.answers: list[Answered] = []
        self._plane, self._upstream = plane, upstream
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._transports: set[asyncio.Transport] = set()
        self._watches: dict[web.StreamResponse, str] = {}
        self._silent: set[web.StreamResponse] = set()
        self._site: web.SockSite | web.TCPSite | None = None
        self._runner = web.ServerRunner(web.Server(self._serve), shutdown_timeout=0.1)

    @property
    def url(self) -> str:
        """Where it listens, with the certificate of the API server."""
        return f"https://127.0.0.1:{self.port}"

    def count(self, verb: str, path: str) -> int:
        """Counts the requests so far of a verb whose path matches a pattern."""
        return sum(each.verb == verb and bool(re.search(path, each.path)) for each in self.requests)

    def add(self, fault: Fault) -> Fault:
        """Lets a fault happen from now on; `heal` ends it."""
        self.faults.append(fault)
        return fault

    def heal(self) -> None:
        """Ends every fault but a cut."""
        self.faults.clear()
        self._flowing.set()

    def stall(self) -> None:
        """From now on nothing comes through, in old connections and new ones; none is closed."""
        self._flowing.clear()

    async def cut(self) -> None:
        """Closes every connection and refuses new ones."""
        if self._site:
            await self._site.stop()
            self._site = None
        self.drop_connections()

    def drop_connections(self) -> None:
        """Closes every connection; new ones are served."""
        for transport in self._transports:
            _abort(transport)
        self._transports.clear()

    async def open(self) -> None:
        """Listens, again on the same port after a cut."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._plane.certificate, self._plane.key)
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=context)
        await self._site.start()

    def silence_watches(self) -> None:
        """Lets nothing through the watches that are open now; none is closed."""
        self._silent.update(self._watches)

    async def send_error(self, status: int, path: str) -> int:
        """Says ERROR in the watches whose path matches, as the API server does, and ends them.

        status: 410 is a version too old, 500 an error of the server. Returns how many there were.
        """
        event = {"type": "ERROR", "object": _status(status, "a fault of the test")}
        found = [watch for watch, watched in self._watches.items() if re.search(path, watched)]
        for watch in found:
            await watch.write(json.dumps(event).encode() + b"\n")
            del self._watches[watch]
        return len(found)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(Request(time.monotonic(), request.method, request.path_qs))
        transport = request.transport
        assert transport
        self._transports.add(transport)
        fault = next(
            (each for each in self.faults if each.takes(request.method, request.path_qs)), None
        )
        if fault:
            await asyncio.sleep(fault.delay_seconds)
            if fault.status:
                body = _status(fault.status, fault.message)
                return web.json_response(body, status=fault.status, headers=fault.headers)
            if fault.kept:
                await fault.kept.wait()
        await self._flowing.wait()
        return await self._forward(request, fault)

    async def _forward(self, request: web.BaseRequest, fault: Fault | None) -> web.StreamResponse:
        sent = await request.read()
        try:
            async with self._upstream.request(
                request.method,
                self._plane.url + request.path_qs,
                data=sent or None,
                headers=_passed(request.headers.items()),
            ) as answer:
                self.answers.append(Answered(request.method, request.path_qs, answer.status))
                if fault and fault.held:
                    await answer.read()
                    await fault.held.wait()
                if not (fault and fault.drop_reply):
                    return await self._pass_on(request, answer)
                await answer.read()
        except (aiohttp.ClientError, ConnectionError):
            pass  # the caller learns of it by losing the connection too
        if request.transport:
            _abort(request.transport)
        return web.Response()

    async def _pass_on(
        self, request: web.BaseRequest, answer: aiohttp.ClientResponse
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=_passed(answer.headers.items()))
        await response.prepare(request)
        if "watch=" not in request.query_string:
            await response.write(await answer.read())
            return response
        self._watches[response] = request.path_qs
        try:
            async for line in answer.content:
                await self._flowing.wait()
                if response not in self._watches:
                    break
                if response not in self._silent:
                    await response.write(line)
        finally:
            self._watches.pop(response, None)
            self._silent.discard(response)
        return response


def _abort(transport: asyncio.Transport) -> None:
    # Some Pythons 3.11 fail at a transport that is closed.
    if not transport.is_closing():
        transport.abort()


@asynccontextmanager
async def running_proxy(plane: ControlPlane) -> AsyncIterator[FaultProxy]:
    """Starts a proxy without faults."""
    context = ssl.create_default_context(cafile=str(plane.certificate))
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=context, limit=0),
        auto_decompress=False,
        read_bufsize=LINE_BYTES,
        timeout=WATCHING,
    ) as upstream:
        proxy = FaultProxy(plane, upstream)
        await proxy._runner.setup()
        await proxy.open()
        try:
            yield proxy
        finally:
            proxy.heal()
            await proxy.cut()
            await proxy._runner.cleanup()


def _passed(headers: object) -> dict[str, str]:
    assert hasattr(headers, "__iter__")
    return {name: value for name, value in headers if name.lower() not in HOP_BY_HOP}


def _status(code: int, message: str) -> dict[str, object]:
    """The object of Kubernetes that tells of a failure."""
    reasons = {410: "Expired", 429: "TooManyRequests", 500: "InternalError"}
    phrase = HTTPStatus(code).phrase.replace(" ", "")
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reasons.get(code, phrase),
        "code": code,
    }
