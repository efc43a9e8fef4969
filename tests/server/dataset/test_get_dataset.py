"""GetDataset."""

import asyncpg
from grpc import StatusCode

from superzol.dataset.v1.dataset_pb2 import Dataset, GetDatasetRequest
from tests.support.clients import DatasetClient
from tests.support.server import refusal

ISRAEL = GetDatasetRequest(dataset_id="israeli-supermarkets")


async def test_dataset_tells_its_generation_and_the_newest_version_loaded(
    datasets: DatasetClient,
) -> None:
    dataset = (await datasets.GetDataset(ISRAEL)).dataset
    assert dataset.HasField("create_time")
    assert dataset.HasField("update_time")
    dataset.ClearField("create_time")
    dataset.ClearField("update_time")
    assert dataset == Dataset(
        dataset_id="israeli-supermarkets",
        name="Name of israeli-supermarkets",
        generation=5,
        latest_version=7,
    )


async def test_deleted_dataset_is_not_found(
    datasets: DatasetClient, connection: asyncpg.Connection
) -> None:
    await connection.execute("UPDATE dataset SET deleted_at = now()")
    said = await refusal(datasets.GetDataset(ISRAEL))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "DATASET_NOT_FOUND")


async def test_unknown_dataset_is_not_found(datasets: DatasetClient) -> None:
    said = await refusal(datasets.GetDataset(GetDatasetRequest(dataset_id="mars")))
    assert said.metadata == {"dataset_id": "mars"}


async def test_empty_identifier_is_refused(datasets: DatasetClient) -> None:
    said = await refusal(datasets.GetDataset(GetDatasetRequest()))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["dataset_id"])
