"""The ledger of runs: what is done once is not done again."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from superzol_etl.database import connected
from superzol_etl.errors import BadData, PassingTrouble
from superzol_etl.records import StageCall
from superzol_etl.stages.runs import Run, claim_dataset, run_stage
from tests.etl.conftest import State
from tests.support.postgres import tell_to_end
from tests.support.snapshots import Chain, Item, full, refresh

ReadState = Callable[[], Awaitable[State]]


async def test_a_run_that_is_done_reports_its_first_result_and_reads_nothing(
    chain: Chain, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    first = chain.load([full(Item("1", "1.00"))], None, "--run-id", "one")
    before = await final_state()
    again = chain.load([full(Item("1", "2.00"))], None, "--run-id", "one")
    assert (again.exit_code, again.summary) == (0, first.summary)
    assert first.summary["result"] == "Loaded"
    assert await final_state() == before
    attempts = await connection.fetch("SELECT run_id, stage, attempts FROM etl_stage")
    assert [tuple(row) for row in attempts] == [("one", "refresh", 1)]


async def test_a_run_that_failed_does_its_work_again_and_keeps_one_report_of_each_file(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    bad = chain.load([full(Item("1", "free"))], None, "--run-id", "one", "--version", "3")
    assert bad.exit_code == 65
    good = chain.load([full(Item("1", "1.00"))], None, "--run-id", "one", "--version", "3")
    assert (good.exit_code, good.summary["result"]) == (0, "Loaded")
    reports = await connection.fetch("SELECT run_id, file, state, rejected FROM file_report")
    assert [tuple(row) for row in reports] == [("one", "price_full_file_alpha.csv", "loaded", 0)]
    assert await connection.fetchval("SELECT count(*) FROM reject") == 0
    run = await connection.fetchrow("SELECT state, result, version, error FROM etl_run")
    assert run is not None
    assert tuple(run) == ("succeeded", "Loaded", 3, None)


async def test_a_run_id_of_another_dataset_is_wrong_usage(chain: Chain) -> None:
    chain.load([full(Item("1", "1.00"))], None, "--run-id", "one")
    folder = chain.folder / "1"
    outcome = refresh(chain.database, folder, "--run-id", "one", "--dataset", "other")
    assert outcome.exit_code == 64
    assert "run one began refresh of israeli-supermarkets" in outcome.stderr


async def test_shards_of_one_run_share_a_dataset_and_another_run_is_refused(database: str) -> None:
    def call(run_id: str, shard: int = 0) -> StageCall:
        return StageCall(database, "israeli-supermarkets", run_id, "load", shard, 2)

    async with connected(database) as first, connected(database) as second:
        assert await claim_dataset(first, call("a")) == await claim_dataset(second, call("a", 1))
        async with connected(database) as third:
            with pytest.raises(PassingTrouble, match=r"another run of .* is alive \(a\)"):
                await claim_dataset(third, call("b"))
    async with connected(database) as third:
        assert await claim_dataset(third, call("b"))


async def test_of_many_runs_that_claim_a_dataset_at_once_one_gets_it(database: str) -> None:
    claims: asyncio.Queue[bool] = asyncio.Queue()
    all_tried = asyncio.Event()

    async def claim(run_id: str) -> None:
        async with connected(database) as connection:
            try:
                await claim_dataset(connection, StageCall(database, "one", run_id, "load"))
            except PassingTrouble:
                claims.put_nowait(False)
            else:
                claims.put_nowait(True)
                await all_tried.wait()

    runs = [asyncio.create_task(claim(str(number))) for number in range(8)]
    async with asyncio.timeout(60):
        claimed = [await claims.get() for _ in runs]
    all_tried.set()
    await asyncio.gather(*runs)
    assert sorted(claimed) == [False] * 7 + [True]


async def test_what_failed_is_told_whatever_became_of_the_connection_meanwhile(
    database: str,
) -> None:
    async def work(run: Run) -> Mapping[str, Any]:
        tell_to_end(run.connection)
        raise BadData("a column is missing")

    with pytest.raises(BadData, match="a column is missing"):
        await run_stage(StageCall(database, "one", "a", "load"), work)


@pytest.mark.parametrize(("price", "exit_code"), [("1.00", 0), ("free", 65)])
async def test_the_termination_message_is_the_last_line_of_the_output(
    chain: Chain, tmp_path: Path, price: str, exit_code: int
) -> None:
    path = tmp_path / "message"
    outcome = chain.load(
        [full(Item("1", price))], None, "--termination-message-path", str(path), "--run-id", "r"
    )
    told = json.loads(path.read_text())
    assert told == outcome.summary
    assert (outcome.exit_code, told["v"], told["stage"], told["runId"]) == (
        exit_code, 1, "refresh", "r",
    )  # fmt: skip
