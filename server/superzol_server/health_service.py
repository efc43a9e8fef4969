"""The protocol of gRPC health checks: statuses by service, asked once or watched.

The library's own servicer keeps a watch open when the server drains, which then waits for it as
long as it may, and has no List.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from functools import partial

from google.protobuf.message import Message
from grpc.aio import ServicerContext
from grpc_health.v1.health_pb2 import (  # type: ignore[attr-defined]  # its types know no List
    HealthCheckRequest,
    HealthCheckResponse,
    HealthListRequest,
    HealthListResponse,
)
from grpc_health.v1.health_pb2_grpc import HealthServicer

from superzol_server.errors import NotFound
from superzol_server.identifiers import shown

SERVICE_UNKNOWN = HealthCheckResponse.SERVICE_UNKNOWN

Context = ServicerContext[Message, Message]


class HealthService(HealthServicer):
    """Tells what it was told last."""

    def __init__(self) -> None:
        self._statuses: dict[str, int] = {}
        self._is_draining = False
        self._change = asyncio.Condition()

    async def Check(self, request: HealthCheckRequest, context: Context) -> HealthCheckResponse:
        name = request.service
        if name not in self._statuses:
            raise NotFound("SERVICE_NOT_FOUND", f"no service is {shown(name)}", service=name)
        return HealthCheckResponse(status=self._statuses[name])

    async def List(self, request: HealthListRequest, context: Context) -> HealthListResponse:
        statuses = self._statuses.items()
        return HealthListResponse(
            statuses={name: HealthCheckResponse(status=status) for name, status in statuses}
        )

    async def Watch(
        self, request: HealthCheckRequest, context: Context
    ) -> AsyncIterator[HealthCheckResponse]:
        told: int | None = None
        while told is None or not self._is_draining or self._find(request.service) != told:
            async with self._change:
                await self._change.wait_for(partial(self._is_news, request.service, told))
            if (status := self._find(request.service)) != told:
                yield HealthCheckResponse(status=status)
                told = status

    def _find(self, name: str) -> int:
        return self._statuses.get(name, SERVICE_UNKNOWN)

    def _is_news(self, name: str, told: int | None) -> bool:
        return self._is_draining or self._find(name) != told

    async def set(self, names: Iterable[str], status: int) -> None:
        """Sets statuses, unless the server drains."""
        if not self._is_draining:
            await self._tell(dict.fromkeys(names, status))

    async def drain(self) -> None:
        """Sets every status to NOT_SERVING for good, and lets those who watch go."""
        self._is_draining = True
        await self._tell(dict.fromkeys(self._statuses, HealthCheckResponse.NOT_SERVING))

    async def _tell(self, statuses: dict[str, int]) -> None:
        async with self._change:
            self._statuses |= statuses
            self._change.notify_all()
