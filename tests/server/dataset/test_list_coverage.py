"""ListCoverage."""

from datetime import UTC, datetime, timedelta

import asyncpg
from grpc import StatusCode

from superzol.dataset.v1.coverage_pb2 import (
    Coverage,
    CoverageFlag,
    CoverageState,
    ListCoverageRequest,
    RejectCount,
)
from tests.support.catalogue import OBSERVED_AT
from tests.support.clients import DatasetClient
from tests.support.runs import File, Run, note_runs
from tests.support.server import refusal

ISRAEL = "israeli-supermarkets"


async def cover(datasets: DatasetClient) -> dict[str, Coverage]:
    answer = await datasets.ListCoverage(ListCoverageRequest(dataset_id=ISRAEL))
    chains = list(answer.chains)
    assert [chain.chain_id for chain in chains] == sorted(chain.chain_id for chain in chains)
    return {chain.chain_id: chain for chain in chains}


async def test_chain_shows_its_newest_version_and_file(datasets: DatasetClient) -> None:
    chain = (await cover(datasets))["rami_levy"]
    age = datetime.now(UTC) - OBSERVED_AT
    assert abs(chain.age_seconds - age.total_seconds()) < 60
    assert (chain.last_file, chain.last_file_time.ToDatetime(UTC)) == ("PriceFull.xml", OBSERVED_AT)
    assert (chain.state, chain.version) == (CoverageState.COVERAGE_STATE_LOADED, 7)
    assert (chain.store_count, chain.reporting_store_count) == (1, 1)
    assert (chain.row_count, chain.previous_row_count, chain.reject_count) == (10, 10, 1)


async def test_chain_that_was_held_back_shows_which_version_is_served(
    datasets: DatasetClient,
) -> None:
    chain = (await cover(datasets))["victory"]
    assert (chain.state, chain.version) == (CoverageState.COVERAGE_STATE_HELD_BACK, 8)
    assert chain.served_version == 3
    assert not chain.HasField("age_seconds")
    assert list(chain.flags) == [
        CoverageFlag.COVERAGE_FLAG_STALE,
        CoverageFlag.COVERAGE_FLAG_HELD_BACK,
    ]


async def test_fresh_whole_chain_has_no_flag_and_a_shrunken_one_has(
    datasets: DatasetClient, connection: asyncpg.Connection
) -> None:
    await connection.execute("UPDATE store SET observed_at = now()")
    assert not (await cover(datasets))["rami_levy"].flags
    await connection.execute("UPDATE chain_version SET rows = 7 WHERE version = 7")
    flags = (await cover(datasets))["rami_levy"].flags
    assert list(flags) == [CoverageFlag.COVERAGE_FLAG_FEWER_ROWS]


async def test_rejects_are_those_of_the_last_run_of_the_version(
    datasets: DatasetClient, connection: asyncpg.Connection
) -> None:
    day = timedelta(days=1)
    prices, stores = "price_full_file_rami_levy.csv", "store_file_rami_levy.csv"
    others = File("price_full_file_victory.csv", "victory", rejects=("price_missing",) * 5)
    last = (
        File(prices, "rami_levy", rejects=("code_missing", "price_missing", "code_missing")),
        File(stores, "rami_levy", rejects=("price_missing", "bad_line", "code_missing")),
        others,
    )
    first = Run("first", 7, (File(prices, "rami_levy", rejects=("bad_line",) * 4),))
    await note_runs(
        connection,
        first,
        Run("last", 7, last, started_at=first.started_at + day),
        Run("other version", 3, (File(prices, "rami_levy"),), started_at=first.started_at + day),
        Run("other chain", 7, (others,), started_at=first.started_at + 2 * day),
    )
    chain = (await cover(datasets))["rami_levy"]
    assert list(chain.rejects) == [
        RejectCount(reason="code_missing", row_count=3),
        RejectCount(reason="price_missing", row_count=2),
        RejectCount(reason="bad_line", row_count=1),
    ]


async def test_walk_sees_every_chain_once(datasets: DatasetClient) -> None:
    seen, request = [], ListCoverageRequest(dataset_id=ISRAEL, page_size=1)
    while True:
        answer = await datasets.ListCoverage(request)
        seen += [chain.chain_id for chain in answer.chains]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == ["rami_levy", "victory"]


async def test_unknown_dataset_is_not_found(datasets: DatasetClient) -> None:
    said = await refusal(datasets.ListCoverage(ListCoverageRequest(dataset_id="mars")))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "DATASET_NOT_FOUND")


async def test_empty_identifier_is_refused(datasets: DatasetClient) -> None:
    said = await refusal(datasets.ListCoverage(ListCoverageRequest()))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["dataset_id"])
