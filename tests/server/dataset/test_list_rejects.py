"""ListRejects."""

import asyncpg
import pytest
from grpc import StatusCode

from superzol.dataset.v1.run_pb2 import ListRejectsRequest, Reject
from tests.support.clients import DatasetClient
from tests.support.runs import File, Run, note_runs
from tests.support.server import refusal

FULL, DELTA = "price_full_file_victory.csv", "price_file_victory.csv"
REJECTS = [
    Reject(file=DELTA, line=2, reason="price_missing", raw="raw 2"),
    Reject(file=FULL, line=2, reason="code_missing", raw="raw 2"),
    Reject(file=FULL, line=3, reason="price_missing", raw="raw 3"),
]


@pytest.fixture(autouse=True)
async def ledger(datasets: DatasetClient, connection: asyncpg.Connection) -> None:
    full = File(FULL, "victory", rejects=("code_missing", "price_missing"))
    delta = File(DELTA, "victory", rejects=("price_missing",))
    await note_runs(connection, Run("first", 7, (full, delta)), Run("clean", 7))


@pytest.mark.parametrize(
    ("asked", "rejects"),
    [
        (ListRejectsRequest(run_id="first"), REJECTS),
        (ListRejectsRequest(run_id="first", file=FULL), REJECTS[1:]),
        (ListRejectsRequest(run_id="first", reason="price_missing"), [REJECTS[0], REJECTS[2]]),
        (ListRejectsRequest(run_id="clean"), []),
    ],
    ids=str,
)
async def test_rejects_come_by_file_and_line(
    datasets: DatasetClient, asked: ListRejectsRequest, rejects: list[Reject]
) -> None:
    assert list((await datasets.ListRejects(asked)).rejects) == rejects


async def test_walk_sees_every_reject_once(datasets: DatasetClient) -> None:
    seen: list[Reject] = []
    request = ListRejectsRequest(run_id="first", page_size=1)
    while True:
        answer = await datasets.ListRejects(request)
        seen += answer.rejects
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == REJECTS


async def test_long_row_is_cut(datasets: DatasetClient, connection: asyncpg.Connection) -> None:
    await connection.execute("UPDATE reject SET raw = repeat('מ', 5000)")
    answer = await datasets.ListRejects(ListRejectsRequest(run_id="first"))
    assert {len(reject.raw) for reject in answer.rejects} == {1000}


async def test_unknown_run_is_not_found(datasets: DatasetClient) -> None:
    said = await refusal(datasets.ListRejects(ListRejectsRequest(run_id="nobody's")))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "RUN_NOT_FOUND")


async def test_empty_identifier_is_refused(datasets: DatasetClient) -> None:
    said = await refusal(datasets.ListRejects(ListRejectsRequest()))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["run_id"])
