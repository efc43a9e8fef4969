"""Old history goes by whole partitions; what stands now stays, and so does what is kept."""

from datetime import UTC, datetime

import asyncpg
import pytest
from grpc import StatusCode

from superzol.pricing.v1.pricing_pb2 import GetPriceRequest
from superzol_etl.settings import read_kept_versions
from tests.support.clients import PricingClient
from tests.support.loading import run
from tests.support.server import refusal, running_api
from tests.support.snapshots import Chain, Item, Promo, full, prices_csv, promotions_csv

MILK, BREAD = "7290004131074", "7291102000088"


def load(chain: Chain, version: int, day: int, milk: str) -> None:
    """Bread never changes; a day a version."""
    shelf = full(Item(MILK, milk), Item(BREAD, "9.90"), at=f"202606{day:02}0600")
    assert chain.load([shelf], [], "--version", str(version)).summary["result"] == "Loaded"


async def partitions(connection: asyncpg.Connection) -> set[str]:
    rows = await connection.fetch(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'price_span'::regclass"
    )
    return {row[0] for row in rows}


async def test_versions_beyond_those_kept_are_out_of_range_and_open_offers_stay(
    chain: Chain, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERZOL_KEEP_HISTORY", "2")
    for day, (version, milk) in enumerate([(1, "5.00"), (20, "5.10"), (30, "5.20"), (40, "5.30")]):
        load(chain, version, day + 1, milk)
    assert await partitions(connection) == {"price_span_0", "price_span_32", "price_span_64"}
    load(chain, 70, 5, "5.40")
    assert await partitions(connection) == {"price_span_32", "price_span_64", "price_span_96"}
    states = await connection.fetch("SELECT version, state FROM chain_version ORDER BY version")
    assert dict(map(tuple, states)) == {
        1: "forgotten", 20: "forgotten", 30: "loaded", 40: "loaded", 70: "loaded"
    }  # fmt: skip
    async with running_api(chain.database) as running:
        prices = PricingClient(running.channel)

        def question(product_id: str, day: int) -> GetPriceRequest:
            request = GetPriceRequest(product_id=product_id, store_id="alpha:1")
            request.as_of_time.FromDatetime(datetime(2026, 6, day, 12, tzinfo=UTC))
            return request

        for day, price in [(3, 520), (4, 530), (5, 540)]:
            assert (await prices.GetPrice(question(MILK, day))).price.price_agorot == price
            assert (await prices.GetPrice(question(BREAD, day))).price.price_agorot == 990
        said = await refusal(prices.GetPrice(question(MILK, 2)))
        assert said.code is StatusCode.OUT_OF_RANGE


async def test_past_promotions_and_sightings_go_with_the_prices_they_stood_beside(
    chain: Chain, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERZOL_KEEP_HISTORY", "2")
    # Promotion 1 is told up to version 30, and 2 from 20 on; 3 only in 40.
    for day, (version, codes) in enumerate(
        [(1, "1"), (20, "12"), (30, "12"), (40, "23"), (70, "2")], start=1
    ):
        at = f"202606{day:02}0600"
        told = [Promo(code, [MILK], f"{code}.00") for code in codes]
        files = {
            "price_full_file_alpha.csv": prices_csv("PriceFull", [full(Item(MILK, "5.00"), at=at)]),
            "promo_full_file_alpha.csv": promotions_csv("PromoFull", [("001", at, told)]),
        }
        done = chain.load_files(files, "--version", str(version))
        assert done.summary["result"] == "Loaded", done.stderr
        if version == 40:
            assert await told_promotions(connection) == ({"1", "2", "3"}, [40])
    # Of the versions before 32 only the newest one is still asked about.
    assert await told_promotions(connection) == ({"1", "2", "3"}, [40, 70])
    sightings = await connection.fetch("SELECT version FROM store_sighting ORDER BY 1")
    assert [row[0] for row in sightings] == [30, 40, 70]
    load(chain, 100, 6, "5.00")
    load(chain, 101, 7, "5.00")
    assert await told_promotions(connection) == ({"2"}, [])
    sightings = await connection.fetch("SELECT version FROM store_sighting ORDER BY 1")
    assert [row[0] for row in sightings] == [70, 100, 101]


async def told_promotions(connection: asyncpg.Connection) -> tuple[set[str], list[int]]:
    """Codes of the promotions that are kept, and the versions that closed a span of one."""
    codes = await connection.fetch("SELECT code FROM promotion")
    ends = await connection.fetch("SELECT valid_to FROM promotion_span ORDER BY 1")
    return {row[0] for row in codes}, [row[0] for row in ends]


async def test_a_reader_that_holds_a_partition_puts_it_off_to_the_next_publish(
    chain: Chain, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERZOL_KEEP_HISTORY", "1")
    load(chain, 1, 1, "5.00")
    load(chain, 2, 2, "5.10")
    async with connection.transaction():
        await connection.execute("SELECT FROM price_span")
        load(chain, 40, 3, "5.20")
    assert "price_span_0" in await partitions(connection)
    load(chain, 41, 4, "5.30")
    assert "price_span_0" not in await partitions(connection)


async def test_a_dataset_that_was_never_loaded_keeps_no_history(
    chain: Chain, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one whose name was mistyped leaves it."""
    missed = run("publish", "--database", chain.database, "--version", "1", "--dataset", "israel")
    assert missed.exit_code == 66
    monkeypatch.setenv("SUPERZOL_KEEP_HISTORY", "1")
    load(chain, 1, 1, "5.00")
    load(chain, 40, 2, "5.10")
    assert "price_span_0" not in await partitions(connection)


def test_how_many_versions_keep_their_files_says_nothing_of_prices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SUPERZOL_KEEP_VERSIONS", "1")
    assert read_kept_versions() is None


@pytest.mark.parametrize("told", ["0", "-1", "all", "1.5"])
def test_a_wrong_number_of_versions_is_a_wrong_configuration(
    chain: Chain, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv("SUPERZOL_KEEP_HISTORY", told)
    done = chain.load([full(Item(MILK, "5.00"))])
    assert done.exit_code == 78
    assert f"SUPERZOL_KEEP_HISTORY={told}" in done.stderr
