"""The form of the older half of the history says what the XML says, as far as it can be told.

There a masked and an empty cell look alike: each is read as the cell above, which in this sample
is right in every price, weighted flag, name and address; what is lost is listed.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from grpc import aio

from tests.real.conftest import Loaded, load_folder
from tests.real.exceptions import ERA_A, ERA_A_WORDS, Row, judge
from tests.real.oracle import (
    in_one_line,
    read_branches,
    read_price_files,
    shown,
    strip_chain,
)
from tests.real.test_units import differing_words, read_offers, read_words
from tests.real.walks import list_prices, list_products, list_stores

pytestmark = pytest.mark.real

ROWS_COMPARED = 20_992
STORES_COMPARED = 222


@pytest.fixture(scope="module")
def loaded(sample: Path, server_url: str, template_url: str) -> Iterator[Loaded]:
    """The variant, in the place of today's form: what is served is that of era A."""
    folder = sample / "variants" / "era_a_parser_0.2.2"
    with load_folder(folder, server_url, template_url) as found:
        yield found


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
            strip_chain(price.product_id): (price.price_agorot, price.weighted) for price in prices
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


async def test_words_of_era_a_are_those_in_the_xml_but_for_the_columns_listed(
    sample: Path, loaded: Loaded
) -> None:
    offers, words = read_offers(sample / "raw_xml"), await read_words(loaded.database)
    differing = differing_words(offers, words)
    verdict = judge(differing, "Price", ERA_A_WORDS)
    assert (verdict.unexplained, verdict.unused) == ([], [])
    assert sorted(differing.values()) == [1_399, 4_990]
    assert len(offers.keys() & words.keys()) == ROWS_COMPARED


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
            if texts is None or texts[column] != shown(text)
        ]

    verdict = judge(differences, "Stores", ERA_A)
    assert (verdict.unexplained, verdict.unused) == ([], [])
    assert len([b for b in branches if f"{b.chain_id}:{b.code}" in served]) == STORES_COMPARED


async def test_products_of_era_a_are_named_as_in_the_xml(
    sample: Path, channel: aio.Channel
) -> None:
    names = {
        in_one_line(offer.name)
        for file in read_price_files(sample / "raw_xml")
        for offer in file.offers.values()
    }

    products = await list_products(channel)

    assert products
    assert [product.name for product in products if product.name not in names] == []
