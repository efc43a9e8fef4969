"""Promotions of versions that are loaded late are those of versions loaded in time."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from superzol.pricing.v1.pricing_pb2 import GetPriceRequest, ListPricesRequest
from superzol.pricing.v1.promotion_pb2 import GetPriceQuoteRequest, ListPromotionsRequest
from superzol_etl.database import connected
from superzol_etl.load.chain import CHAIN_LOCK
from tests.etl.conftest import FINAL_STATE, State
from tests.support.clients import PricingClient
from tests.support.late_versions import load_late
from tests.support.loading import kill_where_it_waits, run
from tests.support.server import running_api
from tests.support.snapshots import (
    Item,
    Promo,
    Xml,
    prices_csv,
    promotions_csv,
    refresh,
    write_snapshot,
)

NUMBERS = count()
GAP = 3  # versions are numbered 3, 6, 9, …
STORES, GOODS = ("1", "2", "3"), ("1", "2")
PRICES = [Item(code, "9.00") for code in GOODS]

Told = Mapping[str, Mapping[str, int]]
Found = TypeVar("Found")


class Day(NamedTuple):
    """What a chain publishes: by store the wording of each promotion, in full and in a delta."""

    fulls: Told
    deltas: Told


wordings = st.dictionaries(st.sampled_from("12"), st.sampled_from([1, 1, 2]), min_size=1)
by_store = st.dictionaries(st.sampled_from(STORES), wordings)
days = st.builds(Day, by_store, by_store)


def write_day(folder: Path, chain_id: str, place: int, day: Day) -> Path:
    def xmls(told: Told, hour: int) -> list[tuple[str, str, list[Promo]]]:
        return [
            (store, f"202606{place + 1:02}{hour:02}00", [
                Promo(code, GOODS[: int(code)], f"{wording}.{code}0")
                for code, wording in words.items()
            ])
            for store, words in told.items()
        ]  # fmt: skip

    prices = [Xml(store, f"202606{place + 1:02}0600", PRICES) for store in STORES]
    files = {f"price_full_file_{chain_id}.csv": prices_csv("PriceFull", prices)}
    if day.fulls:
        files[f"promo_full_file_{chain_id}.csv"] = promotions_csv("PromoFull", xmls(day.fulls, 7))
    if day.deltas:
        files[f"promo_file_{chain_id}.csv"] = promotions_csv("Promo", xmls(day.deltas, 9))
    return write_snapshot(folder / chain_id / str(place), files)


class Order(NamedTuple):
    """The first `older` days are loaded after the others: one by one downwards, or at once."""

    older: int
    one_by_one: bool


IN_TIME = Order(0, one_by_one=False)
orders = st.builds(Order, st.integers(1, 4), st.booleans())
# Ends that full files and other words bring, the last in a store long silent; one comes back.
EVENTFUL = [
    Day({"1": {"1": 1, "2": 1}, "2": {"1": 1}, "3": {"1": 1, "2": 1}}, {}),
    Day({"1": {"2": 1}}, {"2": {"1": 2}}),
    Day({"2": {"1": 1, "2": 1}}, {"1": {"1": 1}}),
    Day({"1": {"1": 2}, "2": {"1": 1}}, {}),
    Day({"2": {"1": 2}, "3": {"1": 2}}, {}),
]


async def load(database: str, folder: Path, chain: Sequence[Day], order: Order) -> str:
    """Loads the days as a chain of its own."""
    chain_id = f"alpha{next(NUMBERS):03}"
    folders = [
        (GAP * (place + 1), write_day(folder, chain_id, place, day))
        for place, day in enumerate(chain)
    ]
    older = min(order.older, len(chain) - 1)
    await load_late(database, chain_id, folders, older, one_by_one=order.one_by_one)
    return chain_id


async def read_rows(database: str, chain_id: str) -> dict[tuple[str, str], str]:
    """What the tables say of the promotions of a chain."""
    async with connected(database) as connection:
        rows = await connection.fetch(FINAL_STATE)
    return {
        (kind, key.replace(chain_id, "alpha")): value.replace(chain_id, "alpha")
        for kind, key, value in rows
        if kind.startswith("promotion") and chain_id in key
    }


async def compare_rows(
    database: str, folder: Path, chain: Sequence[Day], late: Order
) -> list[dict[tuple[str, str], str]]:
    """What the tables say: in time, and late."""
    return [
        await read_rows(database, await load(database, folder, chain, order))
        for order in (IN_TIME, late)
    ]


async def ask(database: str, chain_id: str, days: int) -> list[str]:
    """What the server answers of a chain as of each version."""
    answers: list[str] = []
    products = [f"{chain_id}:{code}" for code in GOODS]
    stores = [f"{chain_id}:{code}" for code in STORES]
    async with running_api(database) as running:
        pricing = PricingClient(running.channel)
        for place in range(days):
            noon = datetime(2026, 6, place + 1, 12, tzinfo=UTC)
            at = Timestamp(seconds=int(noon.timestamp()))
            for request in (
                ListPromotionsRequest(chain_id=chain_id, as_of_time=at),
                *(ListPromotionsRequest(store_id=store, as_of_time=at) for store in stores),
                *(
                    ListPromotionsRequest(product_id=good, chain_id=chain_id, as_of_time=at)
                    for good in products
                ),
            ):
                answers.append(str(await pricing.ListPromotions(request)))
            for store in stores:
                prices = ListPricesRequest(store_id=store, as_of_time=at)
                answers.append(str(await pricing.ListPrices(prices)))
                for good in products:
                    named: dict[str, Any] = {
                        "product_id": good,
                        "store_id": store,
                        "as_of_time": at,
                    }
                    both = ListPromotionsRequest(**named)
                    answers.append(str(await pricing.ListPromotions(both)))
                    answers.append(str(await pricing.GetPriceQuote(GetPriceQuoteRequest(**named))))
                    answers.append(str(await pricing.GetPrice(GetPriceRequest(**named))))
    return [answer.replace(chain_id, "alpha") for answer in answers]


async def compare_answers(
    database: str, folder: Path, chain: Sequence[Day], late: Order
) -> list[list[str]]:
    """What the server answers: in time, and late."""
    return [
        await ask(database, await load(database, folder, chain, order), len(chain))
        for order in (IN_TIME, late)
    ]


def in_loop(compare: Callable[..., Coroutine[Any, Any, list[Found]]], *told: Any) -> list[Found]:
    """In the worker: what the comparison finds."""
    return asyncio.run(compare(*told))


def in_worker(
    worker: ProcessPoolExecutor,
    compare: Callable[..., Coroutine[Any, Any, list[Found]]],
    database: str,
    chain: list[Day],
    order: Order,
) -> list[Found]:
    """What the comparison finds, in time and late."""
    with tempfile.TemporaryDirectory() as folder:
        return worker.submit(in_loop, compare, database, Path(folder), chain, order).result()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(days, min_size=2, max_size=6), orders)
@example(EVENTFUL, Order(1, one_by_one=False))
@example(EVENTFUL, Order(3, one_by_one=True))
def test_the_tables_are_those_of_versions_loaded_in_time(
    database: str, worker: ProcessPoolExecutor, chain: list[Day], order: Order
) -> None:
    in_time, late = in_worker(worker, compare_rows, database, chain, order)
    assert late == in_time


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(days, min_size=4, max_size=4), orders)
@example(EVENTFUL, Order(1, one_by_one=False))
@example(EVENTFUL, Order(3, one_by_one=True))
def test_answers_as_of_each_version_are_those_of_versions_loaded_in_time(
    database: str, worker: ProcessPoolExecutor, chain: list[Day], order: Order
) -> None:
    in_time, late = in_worker(worker, compare_answers, database, chain, order)
    assert late == in_time


def snapshot(folder: Path, version: int, sold: str, told: Sequence[Promo]) -> Path:
    """Full files of one store, which sells these codes of one digit."""
    at = f"2026060{version}0600"
    prices = prices_csv("PriceFull", [Xml("1", at, [Item(code, "9.00") for code in sold])])
    promotions = promotions_csv("PromoFull", [("1", at, told)])
    files = {"price_full_file_alpha.csv": prices, "promo_full_file_alpha.csv": promotions}
    return write_snapshot(folder / str(version), files)


async def test_a_promotion_names_the_products_of_late_versions_too(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    told = [Promo("1", "123", "5.00")]
    served = snapshot(tmp_path, 2, "1", told)
    assert refresh(database, served, "--version", "2").exit_code == 0
    late = snapshot(tmp_path, 1, "12", told)
    assert run("backfill", f"1={late}", "--database", database).exit_code == 0
    assert await connection.fetchval("SELECT cardinality(product_keys) FROM promotion") == 2
    assert await connection.fetchval("SELECT unlinked_codes FROM promotion") == ["3"]
    assert await connection.fetchval("SELECT count(*) FROM promotion_of_product") == 2


async def test_a_backfill_killed_before_it_joins_leaves_promotions_as_they_were(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: Callable[[], Awaitable[State]],
) -> None:
    served = snapshot(tmp_path, 2, "1", [Promo("1", "1", "5.00")])
    assert refresh(database, served, "--version", "2").exit_code == 0
    before = await final_state()
    late = snapshot(tmp_path, 1, "1", [Promo("1", "1", "5.00"), Promo("2", "1", "4.00")])
    order = ["backfill", f"1={late}", "--database", database]
    key = await connection.fetchval("SELECT chain_key FROM chain")
    await kill_where_it_waits(connection, CHAIN_LOCK, key, *order)
    after = await final_state()
    assert promotions_of(after) == promotions_of(before)
    assert run(*order).summary["result"] == "Backfilled"
    assert promotions_of(await final_state()) != promotions_of(before)


def promotions_of(state: State) -> State:
    return {key: value for key, value in state.items() if key[0].startswith("promotion")}
