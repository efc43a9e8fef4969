"""The gRPC server in this process, over a real channel and a real database."""

from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple, TypeVar

import grpc.aio
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status
from pydantic import SecretStr

from superzol_server.api import Api, build_api
from superzol_server.connections import Connections
from superzol_server.database import Database, Limits
from superzol_server.metrics import Metrics
from superzol_server.monitoring import Monitor
from superzol_server.serving import reach_database
from superzol_server.settings import Settings

Detail = TypeVar("Detail", bound=Message)
CONNECTIONS = Connections()
LIMITS = Limits(connections=4, statement_seconds=60.0, connection_seconds=60.0)


class Running(NamedTuple):
    """A server that answers, a channel to it, the connections it has, and what tells of it."""

    api: Api
    channel: grpc.aio.Channel
    database: Database
    monitor: Monitor


async def reached(url: str, limits: Limits) -> Database:
    """Connects as the server does, which tries again: on a busy machine that takes seconds."""
    settings = Settings(  # type: ignore[call-arg]  # by the names, as options of the command line
        database=SecretStr(url),
        pool_connections=limits.connections,
        statement_seconds=limits.statement_seconds,
        pool_wait_seconds=limits.connection_seconds,
    )
    return await reach_database(settings)


@asynccontextmanager
async def running_api(
    url: str, limits: Limits = LIMITS, connections: Connections = CONNECTIONS
) -> AsyncIterator[Running]:
    """Serves a database on a free port until left."""
    database = await reached(url, limits)
    metrics = Metrics()
    api = build_api(database, "127.0.0.1", 0, connections, metrics)
    await api.health.start()
    await api.server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{api.port}") as channel:
            yield Running(api, channel, database, Monitor(metrics))
    finally:
        await api.server.stop(None)
        await database.close()


class Refusal(NamedTuple):
    """What a refused call said. reason: of its ErrorInfo. fields: the paths found wrong."""

    code: grpc.StatusCode
    sentence: str
    reason: str
    metadata: dict[str, str]
    fields: list[str]


async def refusal(call: Awaitable[Message]) -> Refusal:
    """Waits for a call that must fail and returns what it said."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return read_refusal(error)
    raise AssertionError(f"the call was answered: {answer}")


def read_refusal(error: grpc.aio.AioRpcError) -> Refusal:
    """Reads the details that AIP-193 asks for."""
    trailer = dict(error.trailing_metadata())
    status = Status.FromString(bytes(trailer["grpc-status-details-bin"]))
    assert (status.code, status.message) == (error.code().value[0], error.details())
    info, bad = unpack(status.details, ErrorInfo()), unpack(status.details, BadRequest())
    assert info.domain == "superzol.com"
    fields = [violation.field for violation in bad.field_violations]
    return Refusal(error.code(), status.message, info.reason, dict(info.metadata), fields)


def unpack(details: Iterable[Any], into: Detail) -> Detail:
    """Returns the detail of this kind, empty when there is none."""
    for detail in details:
        detail.Unpack(into)
    return into
