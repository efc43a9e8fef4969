"""GetStore."""

from datetime import UTC, datetime

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from superzol.catalog.v1.store_pb2 import GetStoreRequest, Store, StoreKind
from tests.support.clients import CatalogClient
from tests.support.server import refusal


@pytest.mark.parametrize("writing", ["rami_levy:39", "rami_levy:039"])
async def test_store_is_found_with_or_without_leading_zeros(
    catalog: CatalogClient, writing: str
) -> None:
    observed = Timestamp()
    observed.FromDatetime(datetime(2026, 3, 2, 4, 30, tzinfo=UTC))
    answer = await catalog.GetStore(GetStoreRequest(store_id=writing))
    assert answer.store == Store(
        store_id="rami_levy:39",
        chain_id="rami_levy",
        code="39",
        name="סניף תלפיות",
        kind=StoreKind.STORE_KIND_PHYSICAL,
        address="יד חרוצים 9",
        city="ירושלים",
        city_code="3000",
        published_city="ירושלים",
        legal_id="7290058140886",
        last_observed_time=observed,
    )


async def test_what_a_store_never_published_is_empty(catalog: CatalogClient) -> None:
    store = (await catalog.GetStore(GetStoreRequest(store_id="rami_levy:51"))).store
    assert (store.name, store.zip_code, store.online_url) == ("", "", "")
    assert (store.city, store.city_code, store.published_city) == ("תל אביב-יפו", "5000", "תל-אביב")


async def test_unknown_store_is_not_found(catalog: CatalogClient) -> None:
    said = await refusal(catalog.GetStore(GetStoreRequest(store_id="rami_levy:999")))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "STORE_NOT_FOUND")
    assert said.metadata == {"store_id": "rami_levy:999"}


async def test_store_of_a_deleted_dataset_is_not_found(
    catalog: CatalogClient, connection: asyncpg.Connection
) -> None:
    await connection.execute("UPDATE dataset SET deleted_at = now()")
    said = await refusal(catalog.GetStore(GetStoreRequest(store_id="rami_levy:39")))
    assert said.reason == "STORE_NOT_FOUND"


@pytest.mark.parametrize("store_id", ["", "39", "rami_levy", "rami_levy:", "rami_levy:3 9", "ר:1"])
async def test_what_names_no_store_is_refused(catalog: CatalogClient, store_id: str) -> None:
    said = await refusal(catalog.GetStore(GetStoreRequest(store_id=store_id)))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["store_id"])
