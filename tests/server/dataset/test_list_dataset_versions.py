"""ListDatasetVersions."""

from hashlib import sha256

from google.type.date_pb2 import Date
from grpc import StatusCode

from superzol.dataset.v1.dataset_pb2 import DatasetVersion, ListDatasetVersionsRequest
from tests.support.clients import DatasetClient
from tests.support.server import refusal

ISRAEL = "israeli-supermarkets"


async def test_versions_come_newest_first_with_what_became_of_their_chains(
    datasets: DatasetClient,
) -> None:
    answer = await datasets.ListDatasetVersions(ListDatasetVersionsRequest(dataset_id=ISRAEL))
    open_, middle, oldest = answer.versions
    assert [open_.version, middle.version, oldest.version] == [8, 7, 3]
    assert (open_.held_back_chain_count, open_.loaded_chain_count) == (1, 0)
    assert not open_.HasField("day")
    assert not open_.HasField("close_time")
    assert middle.HasField("close_time")
    middle.ClearField("close_time")
    middle.ClearField("fetch_time")
    assert middle == DatasetVersion(
        version=7,
        day=Date(year=2026, month=3, day=1),
        digest="digest 7",
        loaded_chain_count=1,
        row_count=10,
        reject_count=1,
        change_count=2,
        generation=3,
        content_digest=sha256(b"rami_levy content of rami_levy 7").hexdigest(),
    )
    assert open_.content_digest == ""
    assert (oldest.loaded_chain_count, oldest.row_count) == (2, 20)


async def test_walk_sees_every_version_once(datasets: DatasetClient) -> None:
    seen, request = [], ListDatasetVersionsRequest(dataset_id=ISRAEL, page_size=1)
    while True:
        answer = await datasets.ListDatasetVersions(request)
        seen += [version.version for version in answer.versions]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == [8, 7, 3]


async def test_unknown_dataset_is_not_found(datasets: DatasetClient) -> None:
    request = ListDatasetVersionsRequest(dataset_id="mars")
    said = await refusal(datasets.ListDatasetVersions(request))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "DATASET_NOT_FOUND")


async def test_empty_identifier_is_refused(datasets: DatasetClient) -> None:
    said = await refusal(datasets.ListDatasetVersions(ListDatasetVersionsRequest()))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["dataset_id"])
