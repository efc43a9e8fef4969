"""ListRuns."""

from datetime import timedelta

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from superzol.dataset.v1.run_pb2 import ListRunsRequest, Run, RunState
from tests.support import runs
from tests.support.clients import DatasetClient
from tests.support.runs import STARTED_AT, File, note_runs
from tests.support.server import refusal


@pytest.fixture(autouse=True)
async def ledger(datasets: DatasetClient, connection: asyncpg.Connection) -> None:
    prices = File("price_full_file_victory.csv", "victory", rejects=("price_missing",) * 2)
    await note_runs(
        connection,
        runs.Run("first", 7, (prices, File("store_file_victory.csv", "victory"))),
        runs.Run("second", state="failed", error="the database was away"),
        runs.Run("third", 8, state="running", started_at=STARTED_AT + timedelta(days=1)),
    )


async def test_runs_come_newest_first_with_what_they_counted(datasets: DatasetClient) -> None:
    answer = await datasets.ListRuns(ListRunsRequest(dataset_id="israeli-supermarkets"))
    third, second, first = answer.runs
    assert first == Run(
        run_id="first",
        dataset_id="israeli-supermarkets",
        stage="refresh",
        state=RunState.RUN_STATE_SUCCEEDED,
        result="Loaded",
        version=7,
        start_time=Timestamp(seconds=int(STARTED_AT.timestamp())),
        end_time=Timestamp(seconds=int(STARTED_AT.timestamp()) + 60),
        duration_seconds=60,
        file_count=2,
        row_count=20,
        loaded_count=16,
        superseded_count=2,
        reject_count=2,
        change_count=7,
    )
    assert (second.run_id, second.error) == ("second", "the database was away")
    assert (third.run_id, third.HasField("duration_seconds")) == ("third", False)


@pytest.mark.parametrize(
    ("asked", "run_ids"),
    [
        (ListRunsRequest(state=RunState.RUN_STATE_FAILED), ["second"]),
        (ListRunsRequest(state=RunState.RUN_STATE_RUNNING), ["third"]),
        (ListRunsRequest(), ["third", "second", "first"]),
    ],
    ids=str,
)
async def test_filter_chooses_runs(
    datasets: DatasetClient, asked: ListRunsRequest, run_ids: list[str]
) -> None:
    assert [run.run_id for run in (await datasets.ListRuns(asked)).runs] == run_ids


async def test_walk_sees_every_run_once(datasets: DatasetClient) -> None:
    seen, request = [], ListRunsRequest(page_size=1)
    while True:
        answer = await datasets.ListRuns(request)
        seen += [run.run_id for run in answer.runs]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == ["third", "second", "first"]


async def test_unknown_dataset_is_not_found(datasets: DatasetClient) -> None:
    said = await refusal(datasets.ListRuns(ListRunsRequest(dataset_id="mars")))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "DATASET_NOT_FOUND")


async def test_state_that_does_not_exist_is_refused(datasets: DatasetClient) -> None:
    request = ListRunsRequest.FromString(b"\x10\x63")
    said = await refusal(datasets.ListRuns(request))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["state"])
