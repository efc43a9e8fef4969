"""What every call gets, whatever it asks."""

import asyncio
import json
import logging

import asyncpg
import grpc.aio
import pytest
from grpc import StatusCode

from superzol.analytics.v1.analytics_pb2 import CompareBasketRequest
from superzol.analytics.v1.basket_pb2 import BasketItem
from superzol.catalog.v1.catalog_pb2 import (
    GetProductRequest,
    ListChainsRequest,
    ListChainsResponse,
    ListProductsRequest,
    SearchProductsRequest,
)
from superzol_server.api import LARGEST_REQUEST_BYTES
from superzol_server.strings import LONGEST
from superzol_telemetry.logs import JsonFormatter
from tests.support.catalogue import Product, Store, fill
from tests.support.clients import AnalyticsClient, CatalogClient
from tests.support.infrastructure import is_serving
from tests.support.server import read_refusal, refusal, running_api

MILK = "7290004131074"


async def trailer(
    call: grpc.aio.UnaryUnaryCall[ListChainsRequest, ListChainsResponse],
) -> dict[str, str]:
    return {name: str(value) for name, value in (await call.trailing_metadata() or ())}


async def test_answer_tells_request_generation_version_and_time(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Store("shop:1"))
    async with running_api(database) as running:
        call = CatalogClient(running.channel).ListChains(
            ListChainsRequest(), metadata=[("x-request-id", "my-request.1")]
        )
        await call
        told = await trailer(call)
    assert told["x-request-id"] == "my-request.1"
    assert told["x-dataset-generation"] == "1"
    assert told["x-superzol-version"]
    assert told["server-timing"].startswith("total;dur=")


@pytest.mark.parametrize("given", ["", "a b", "x" * 129])
async def test_request_id_that_is_not_sane_is_replaced(database: str, given: str) -> None:
    async with running_api(database) as running:
        call = CatalogClient(running.channel).ListChains(
            ListChainsRequest(), metadata=[("x-request-id", given)]
        )
        await call
        assert len((await trailer(call))["x-request-id"]) == 36


async def test_refusal_has_the_trailing_metadata_too(database: str) -> None:
    async with running_api(database) as running:
        call = CatalogClient(running.channel).GetProduct(GetProductRequest(product_id="milk"))
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
    told = dict(refused.value.trailing_metadata())
    assert {"x-request-id", "x-dataset-generation", "x-superzol-version"} <= set(told)
    assert read_refusal(refused.value).fields == ["product_id"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ListProductsRequest(manufacturer="\0"), "manufacturer"),
        (ListProductsRequest(chain_id="a\0b"), "chain_id"),
        (ListProductsRequest(manufacturer="x" * 301), "manufacturer"),
        (ListProductsRequest(page_token="x" * 8001), "page_token"),
    ],
)
async def test_text_that_postgres_cannot_take_is_refused(
    database: str, asked: ListProductsRequest, field: str
) -> None:
    async with running_api(database) as running:
        said = await refusal(CatalogClient(running.channel).ListProducts(asked))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, [field])


async def test_text_deep_in_a_request_is_checked_too(database: str) -> None:
    request = CompareBasketRequest(items=[BasketItem(product_id="\0")], city="x")
    async with running_api(database) as running:
        said = await refusal(AnalyticsClient(running.channel).CompareBasket(request))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["items[0].product_id"])


async def test_error_that_names_the_longest_text_fits_into_metadata(database: str) -> None:
    longest = "\U0001f95b" * LONGEST
    async with running_api(database) as running:
        said = await refusal(
            CatalogClient(running.channel).ListProducts(ListProductsRequest(chain_id=longest))
        )
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "CHAIN_NOT_FOUND")
    assert len(said.sentence) < 100


async def test_empty_name_is_seen_in_the_error(database: str) -> None:
    request = CompareBasketRequest(items=[BasketItem(product_id=MILK)], chain_ids=[""])
    async with running_api(database) as running:
        said = await refusal(AnalyticsClient(running.channel).CompareBasket(request))
    assert said.sentence == 'no chain is ""'


async def test_request_that_is_larger_than_any_use_is_refused_unread(database: str) -> None:
    items = [BasketItem(product_id=MILK)] * (LARGEST_REQUEST_BYTES // len(MILK))
    async with running_api(database) as running:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await AnalyticsClient(running.channel).CompareBasket(CompareBasketRequest(items=items))
    assert refused.value.code() == StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("sent", [b"\xff\xff", b"\x0a\x10abc", b"\x0a\x02\xff\xfe"])
async def test_bytes_that_are_no_request_are_refused_as_such(database: str, sent: bytes) -> None:
    async with running_api(database) as running:
        ask: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = running.channel.unary_unary(
            "/superzol.catalog.v1.CatalogService/GetProduct"
        )
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ask(sent)
    said = read_refusal(refused.value)
    assert (said.code, said.reason) == (StatusCode.INVALID_ARGUMENT, "REQUEST_UNREADABLE")
    assert "x-request-id" in dict(refused.value.trailing_metadata())


async def test_health_of_an_unknown_service_has_a_request_id_too(database: str) -> None:
    async with running_api(database) as running:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await is_serving(running.channel, "superzol.Unknown")
    said = read_refusal(refused.value)
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "SERVICE_NOT_FOUND")
    assert "x-request-id" in dict(refused.value.trailing_metadata())


@pytest.mark.parametrize("query", ["%", "_", "\\", "'; DROP TABLE product", "🥛", "a" * 200, "[[:"])
async def test_strange_query_is_answered_or_refused_but_never_internal(
    database: str, query: str
) -> None:
    async with running_api(database) as running:
        call = CatalogClient(running.channel).SearchProducts(SearchProductsRequest(query=query))
        try:
            await call
        except grpc.aio.AioRpcError as error:
            assert error.code() == StatusCode.INVALID_ARGUMENT


async def test_unknown_error_says_nothing_and_is_logged_with_its_traceback(
    database: str, connection: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(connection, Store("shop:1"), Product(MILK, "חלב"))
    await connection.execute("ALTER TABLE product RENAME COLUMN country TO secret_column")
    async with running_api(database) as running:
        request = GetProductRequest(product_id=MILK)
        said = await refusal(CatalogClient(running.channel).GetProduct(request))
    assert (said.code, said.sentence, said.reason) == (
        StatusCode.INTERNAL,
        "internal error",
        "INTERNAL",
    )
    (record,) = [record for record in caplog.records if record.message == "internal error"]
    line = json.loads(JsonFormatter().format(record))
    assert line["request_id"] == said.metadata["request_id"]
    assert "UndefinedColumnError" in line["traceback"]


async def test_call_writes_one_line_to_the_log(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running_api(database) as running:
        await CatalogClient(running.channel).ListChains(ListChainsRequest())
    (record,) = [record for record in caplog.records if record.message == "call"]
    line = json.loads(JsonFormatter().format(record))
    assert line["method"] == "/superzol.catalog.v1.CatalogService/ListChains"
    assert (line["code"], line["generation"]) == ("OK", 0)
    assert line["seconds"] >= line["database_seconds"] > 0


async def test_lost_connections_are_unavailable_and_then_replaced(
    database: str, connection: asyncpg.Connection
) -> None:
    async with running_api(database) as running:
        client = CatalogClient(running.channel)
        await client.ListChains(ListChainsRequest())
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'superzol-server' AND datname = current_database()"
        )
        codes = []
        for _ in range(20):
            try:
                await client.ListChains(ListChainsRequest())
            except grpc.aio.AioRpcError as error:
                codes.append(error.code())
            else:
                break
            await asyncio.sleep(0.05)
    assert set(codes) <= {StatusCode.UNAVAILABLE}
    assert len(codes) < 20
