"""Turns what went wrong into a gRPC status: the one table of codes, written by AIP-193."""

import logging
from typing import NamedTuple

import asyncpg
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode

from superzol_server.database import Busy
from superzol_server.errors import (
    ApiError,
    InvalidRequest,
    NotFound,
    OutOfRange,
    Stopping,
    Unimplemented,
)

DOMAIN = "superzol.com"
CODES = {
    NotFound: StatusCode.NOT_FOUND,
    InvalidRequest: StatusCode.INVALID_ARGUMENT,
    OutOfRange: StatusCode.OUT_OF_RANGE,
    Unimplemented: StatusCode.UNIMPLEMENTED,
    Stopping: StatusCode.UNAVAILABLE,
}
LOST_CONNECTION = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    # The driver's word for a connection that breaks while a statement is being sent.
    asyncpg.InternalClientError,
)

log = logging.getLogger(__name__)


class Failure(NamedTuple):
    """A status as the wire takes it; details are the bytes of a google.rpc.Status."""

    code: StatusCode
    sentence: str
    details: bytes


def to_failure(error: Exception, request_id: str) -> Failure:
    """Returns what the caller may know of an error; what is unknown stays in the log."""
    match error:
        case ApiError():
            return describe(CODES[type(error)], str(error), error.reason, error.metadata, error)
        # Before OSError, which TimeoutError is.
        case TimeoutError() | asyncpg.QueryCanceledError():
            return describe(
                StatusCode.DEADLINE_EXCEEDED, "the answer took too long", "TOO_SLOW", {}
            )
        case asyncpg.DataError():
            return describe(
                StatusCode.INVALID_ARGUMENT, "a value is out of range", "VALUE_OUT_OF_RANGE", {}
            )
    metadata = {"request_id": request_id}
    if isinstance(error, Busy):
        log.warning("all connections busy", extra=metadata | {"problem": str(error)})
        sentence = "too many calls wait for the database; try again"
        return describe(StatusCode.UNAVAILABLE, sentence, "SERVER_BUSY", metadata)
    if isinstance(error, LOST_CONNECTION):
        log.warning("database not reachable", extra=metadata | {"problem": repr(error)})
        sentence = "the database cannot be reached; try again"
        return describe(StatusCode.UNAVAILABLE, sentence, "DATABASE_UNAVAILABLE", metadata)
    log.error("internal error", exc_info=error, extra=metadata)
    return describe(StatusCode.INTERNAL, "internal error", "INTERNAL", metadata)


def describe(
    code: StatusCode,
    sentence: str,
    reason: str,
    metadata: dict[str, str],
    error: ApiError | None = None,
) -> Failure:
    """Writes a status by AIP-193; error: of fields of the request, each of which it names."""
    details: list[Message] = [ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)]
    if isinstance(error, InvalidRequest):
        violations = [
            BadRequest.FieldViolation(field=field, description=description, reason=reason)
            for field, description in error.violations
        ]
        details.append(BadRequest(field_violations=violations))
    status = Status(code=code.value[0], message=sentence, details=[pack(part) for part in details])
    return Failure(code, sentence, status.SerializeToString())


def pack(message: Message) -> Any:
    """Returns the message as a status carries it, with the name of its type."""
    packed = Any()
    packed.Pack(message)
    return packed
