"""The form of the older half of the history says what the XML says, as far as it can be told.

There a masked and an empty cell look alike: each is read as the cell above, which in this sample
is right in every price, weighted flag, name and address; what is lost is listed.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from grpc import aio

from tests.real.exceptions import ERA_A, Row, judge
from tests.real.oracle import read_branches, read_price_files
from tests.real.programs import Finished, refresh, serving
from tests.real.walks import list_prices, list_products, list_stores
from tests.support.postgres import execute, sibling

pytestmark = pytest.mark.real

ROWS_COMPARED = 20_992
STORES_COMPARED = 222


@pytest.fixture(scope="module")
def era_a(sample: Path, server_url: str, template_url: str) -> Iterator[tuple[str, Finished]]:
    """A database with the variant in it, and what the load said."""
    name = f"superzol_test_{uuid.uuid4().hex}"
    template = template_url.split("?")[0].rsplit("/", 1)[1]
    asyncio.run(execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template}"))
    database = sibling(server_url, name)
    yield database, refresh(database, sample / "variants" / "era_a_parser_0.2.2", "--version", "1")
    asyncio.run(execute(server_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="module")
def era_a_address(era_a: tuple[str, Finished]) -> Iterator[str]:
    with serving(era_a[0]) as served_at:
        yield served_at


@pytest_asyncio.fixture
async def channel(era_a_address: str) -> AsyncIterator[aio.Channel]:
    async with aio.insecure_channel(era_a_address) as opened:
        yield opened


async def test_every_price_of_era_a_is_the_one_in_the_xml(
    sample: Path, channel: aio.Channel, capsys: pytest.CaptureFixture[str]
) -> None:
    differences: list[Row] = []
    compared = 0
    known = {store.store_id for store in await list_stores(channel)}
    for file in read_price_files(sample / "raw_xml"):
        store_id = f"{file.chain_id}:{file.store_code}"
        prices = await list_prices(channel, store_id) if store_id in known else []
        served = {
            price.product_id.rpartition(":")[2]: (price.price_agorot, price.weighted)
            for price in prices
        }
        expected = {
            code: (offer.price_agorot, offer.weighted) for code, offer in file.offers.items()
        }
        compared += len(expected.keys() & served.keys())
        differences += [
            Row(file.file, code)
            for code in expected.keys() | served.keys()
            if expected.get(code) != served.get(code)
        ]

    with capsys.disabled():
        print(f"\n{compared:,} prices of era A compared")
    verdict = judge(differences, "Price", ERA_A)
    assert (verdict.unexplained, verdict.unused) == ([], [])
    assert compared == ROWS_COMPARED


async def test_stores_of_era_a_are_described_as_in_the_xml(
    sample: Path, channel: aio.Channel
) -> None:
    served = {
        store.store_id: {
            "storename": store.name,
            "address": store.address,
            "city": store.published_city,
        }
        for store in await list_stores(channel)
    }
    branches = read_branches(sample / "raw_xml")
    differences = []
    for branch in branches:
        texts = served.get(f"{branch.chain_id}:{branch.code}")
        told = {"storename": branch.name, "address": branch.address, "city": branch.city}
        differences += [
            Row(branch.file, column if texts else "*")
            for column, text in told.items()
            if texts is None or texts[column] != _shown(text)
        ]

    verdict = judge(differences, "Stores", ERA_A)
    assert (verdict.unexplained, verdict.unused) == ([], [])
    assert len([b for b in branches if f"{b.chain_id}:{b.code}" in served]) == STORES_COMPARED


async def test_products_of_era_a_are_named_as_in_the_xml(
    sample: Path, channel: aio.Channel
) -> None:
    names = {
        offer.name.strip()
        for file in read_price_files(sample / "raw_xml")
        for offer in file.offers.values()
    }

    products = await list_products(channel)

    assert products
    assert [product.name for product in products if product.name not in names] == []


def _shown(text: str) -> str:
    return "" if text.strip() in {"", "0", "unknown", "{}"} else text.strip()
