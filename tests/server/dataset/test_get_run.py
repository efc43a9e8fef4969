"""GetRun."""

import asyncpg
from grpc import StatusCode

from superzol.dataset.v1.run_pb2 import GetRunRequest, RunFile, RunState
from tests.support.clients import DatasetClient
from tests.support.runs import File, Run, note_runs
from tests.support.server import refusal


async def test_run_comes_with_its_stages_and_files(
    datasets: DatasetClient, connection: asyncpg.Connection
) -> None:
    prices = File("price_full_file_victory.csv", "victory", rejects=("price_missing",))
    await note_runs(connection, Run("first", 7, (prices, File("Readme.csv", None))), Run("second"))
    answer = await datasets.GetRun(GetRunRequest(run_id="first"))
    assert (answer.run.run_id, answer.run.file_count) == ("first", 2)
    (stage,) = answer.stages
    assert (stage.stage, stage.shard, stage.shard_count) == ("refresh", 0, 1)
    assert (stage.state, stage.attempt_count) == (RunState.RUN_STATE_SUCCEEDED, 1)
    assert list(answer.files) == [
        RunFile(
            file="Readme.csv",
            state="loaded",
            digest="digest",
            row_count=10,
            loaded_count=9,
            superseded_count=1,
        ),
        RunFile(
            file="price_full_file_victory.csv",
            chain_id="victory",
            state="loaded",
            digest="digest",
            row_count=10,
            loaded_count=8,
            superseded_count=1,
            reject_count=1,
        ),
    ]


async def test_unknown_run_is_not_found(datasets: DatasetClient) -> None:
    said = await refusal(datasets.GetRun(GetRunRequest(run_id="nobody's")))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "RUN_NOT_FOUND")


async def test_empty_identifier_is_refused(datasets: DatasetClient) -> None:
    said = await refusal(datasets.GetRun(GetRunRequest()))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["run_id"])
