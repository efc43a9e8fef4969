"""What every call gets: an id, checked texts, a status, trailing metadata, counts, a log line."""

import logging
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any, TypeAlias, cast

import grpc.aio
from google.protobuf.message import DecodeError, Message
from grpc import HandlerCallDetails, RpcMethodHandler, StatusCode

from superzol_server.calls import Call, current_call
from superzol_server.database import Database
from superzol_server.errors import InvalidRequest, Stopping
from superzol_server.metrics import Method, Metrics
from superzol_server.statuses import Failure, to_failure
from superzol_server.strings import check_strings

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
INFRASTRUCTURE = "/grpc."

log = logging.getLogger(__name__)

Context = grpc.aio.ServicerContext[Message, Message]
Handler: TypeAlias = "RpcMethodHandler[Message, Message]"
Continuation = Callable[[HandlerCallDetails], Awaitable[Any]]
Metadata = tuple[tuple[str, str | bytes], ...]


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps unary and server-streaming handlers; others (reflection) pass as they are."""

    def __init__(self, database: Database, version: str, metrics: Metrics) -> None:
        self._database = database
        self._version = version
        self._metrics = metrics
        self.is_stopping = False
        self.refused = 0  # calls, since it refuses them

    def refuse_calls(self) -> None:
        """Answers new calls but those of health at once, as UNAVAILABLE."""
        self.is_stopping = True

    async def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None or handler.request_streaming:
            return handler
        method = self._metrics.method(handler_call_details.method, handler)
        handler = replaced(handler, request_deserializer=read_or_none(handler))
        if handler.response_streaming:
            return replaced(handler, unary_stream=self._wrap_stream(method, handler))
        return replaced(handler, unary_unary=self._wrap_unary(method, handler))

    def _wrap_unary(self, method: Method, handler: Handler) -> Callable[..., Awaitable[Message]]:
        behaviour = cast(Callable[..., Awaitable[Message]], handler.unary_unary)

        async def answer(request: Message | None, context: Context) -> Message:
            async with self._call(method, context):
                return await behaviour(check_request(request), context)
            raise AssertionError("the call was aborted")

        return answer

    def _wrap_stream(
        self, method: Method, handler: Handler
    ) -> Callable[..., AsyncIterator[Message]]:
        behaviour = cast(Callable[..., AsyncIterator[Message]], handler.unary_stream)

        async def answer(request: Message | None, context: Context) -> AsyncIterator[Message]:
            async with self._call(method, context):
                async for message in behaviour(check_request(request), context):
                    yield message

        return answer

    @asynccontextmanager
    async def _call(self, method: Method, context: Context) -> AsyncIterator[None]:
        call = begin_call(context)
        current_call.set(call)
        method.started.inc()
        code = StatusCode.CANCELLED
        try:
            if self.is_stopping and not method.name.startswith(INFRASTRUCTURE):
                self.refused += 1
                raise Stopping
            yield
            code = StatusCode.OK
            context.set_trailing_metadata(self._trailer(call))
        except grpc.aio.AbortError:
            code = context.code() or StatusCode.UNKNOWN
            raise
        except Exception as error:
            failure = to_failure(error, call.request_id)
            code = failure.code
            await self._abort(context, call, failure)
        finally:
            self._end(method, call, code)

    async def _abort(self, context: Context, call: Call, failure: Failure) -> None:
        trailer = (*self._trailer(call), ("grpc-status-details-bin", failure.details))
        await context.abort(failure.code, failure.sentence, trailer)

    def _trailer(self, call: Call) -> Metadata:
        newest = self._database.generations.newest
        generation = newest if call.generation is None else call.generation
        total, database = perf_counter() - call.begun, call.database_seconds
        return (
            ("x-request-id", call.request_id),
            ("x-dataset-generation", str(generation)),
            ("x-superzol-version", self._version),
            ("server-timing", f"total;dur={total * 1000:.2f}, db;dur={database * 1000:.2f}"),
        )

    def _end(self, method: Method, call: Call, code: StatusCode) -> None:
        seconds = perf_counter() - call.begun
        method.ended(code.name).inc()
        method.seconds.observe(seconds)
        method.database_seconds.observe(call.database_seconds)
        level = logging.DEBUG if method.name.startswith(INFRASTRUCTURE) else logging.INFO
        fields = {
            "method": method.name,
            "code": code.name,
            "seconds": round(seconds, 6),
            "database_seconds": round(call.database_seconds, 6),
            "request_id": call.request_id,
            "generation": call.generation,
        }
        log.log(level, "call", extra=fields)


def begin_call(context: Context) -> Call:
    """Reads the request id and the deadline that came with a call."""
    given = dict(context.invocation_metadata() or ()).get("x-request-id", "")
    sane = isinstance(given, str) and SANE_REQUEST_ID.fullmatch(given)
    remaining = context.time_remaining()
    deadline = None if remaining is None else perf_counter() + remaining
    return Call(str(given) if sane else str(uuid.uuid4()), deadline)


def read_or_none(handler: Handler) -> Callable[[bytes], Message | None]:
    """Returns the handler's reader, None for what is no message of it.

    gRPC itself would answer UNKNOWN, with the words of the Python error.
    """
    read = cast(Callable[[bytes], Message], handler.request_deserializer)

    def answer(request: bytes) -> Message | None:
        try:
            return read(request)
        except DecodeError:
            return None

    return answer


def check_request(request: Message | None) -> Message:
    """Returns the request; raises InvalidRequest for none and for texts that cannot be asked."""
    if request is None:
        sentence = "its bytes are no message of this method, or a text in it is not UTF-8"
        raise InvalidRequest("request", sentence, "REQUEST_UNREADABLE")
    check_strings(request)
    return request


def replaced(handler: Handler, **behaviours: object) -> Handler:
    """Returns the handler with another behaviour; grpc makes its handlers namedtuples."""
    return cast(Handler, cast(Any, handler)._replace(**behaviours))
