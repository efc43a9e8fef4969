"""Health and reflection, asked over a channel; their own stubs know no types."""

from collections.abc import AsyncIterator

from grpc.aio import Channel
from grpc_health.v1.health_pb2 import (  # type: ignore[attr-defined]  # its types know no List
    HealthCheckRequest,
    HealthCheckResponse,
    HealthListRequest,
    HealthListResponse,
)
from grpc_reflection.v1alpha.reflection_pb2 import (
    ServerReflectionRequest,
    ServerReflectionResponse,
)


async def is_serving(channel: Channel, service: str = "") -> bool:
    """Tells whether a service says SERVING; the empty name is the whole server."""
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    answer = await check(HealthCheckRequest(service=service))
    return bool(answer.status == HealthCheckResponse.SERVING)


def watch(channel: Channel, service: str) -> AsyncIterator[HealthCheckResponse]:
    """Watches a service: its status now, and each that it gets."""
    ask = channel.unary_stream(
        "/grpc.health.v1.Health/Watch",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    answers: AsyncIterator[HealthCheckResponse] = aiter(ask(HealthCheckRequest(service=service)))
    return answers


async def list_health(channel: Channel) -> dict[str, int]:
    """Returns the status of each service."""
    ask = channel.unary_unary(
        "/grpc.health.v1.Health/List",
        request_serializer=HealthListRequest.SerializeToString,
        response_deserializer=HealthListResponse.FromString,
    )
    statuses = (await ask(HealthListRequest())).statuses
    return {name: answer.status for name, answer in statuses.items()}


async def list_services(channel: Channel) -> list[str]:
    """Returns the names that reflection gives."""
    ask = channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        request_serializer=ServerReflectionRequest.SerializeToString,
        response_deserializer=ServerReflectionResponse.FromString,
    )
    call = ask(iter([ServerReflectionRequest(list_services="")]))
    answers = [answer async for answer in call]
    return [service.name for service in answers[0].list_services_response.service]
