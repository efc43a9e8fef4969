"""The gRPC server in this process, over a real channel and a real database."""

from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple, TypeVar

import grpc.aio
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status

from superzol_server.api import Api, build_api
from superzol_server.database import Database, Limits

Detail = TypeVar("Detail", bound=Message)
LIMITS = Limits(connections=4, statement_seconds=5.0, connection_seconds=2.0)


class Running(NamedTuple):
    """A server that answers, a channel to it, and the connections it has."""

    api: Api
    channel: grpc.aio.Channel
    database: Database


@asynccontextmanager
async def running_api(url: str, limits: Limits = LIMITS) -> AsyncIterator[Running]:
    """Serves a database on a free port until left."""
    database = await Database.open(url, limits)
    api = build_api(database, "127.0.0.1", 0)
    await api.health.start()
    await api.server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{api.port}") as channel:
            yield Running(api, channel, database)
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
