"""Snapshots made anew out of the real XML are served to the last agora, in both eras."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from grpc import aio

from tests.real.conftest import Loaded, load_folder
from tests.real.other_snapshots import Offer, Truth, make_prices
from tests.real.programs import serving
from tests.real.test_units import read_words
from tests.real.walks import list_prices, list_stores

pytestmark = pytest.mark.real

ERAS = {1: "B", 2: "B", 4: "A", 6: "AB", 7: "AB"}


class Other(NamedTuple):
    """A snapshot that is served at an address, and its truth; eras: of its files."""

    truth: Truth
    loaded: Loaded
    address: str
    eras: str


@pytest.fixture(scope="module", params=ERAS)
def other(
    request: pytest.FixtureRequest,
    sample: Path,
    server_url: str,
    template_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Other]:
    folder, eras = tmp_path_factory.mktemp("other"), ERAS[request.param]
    truth = make_prices(sample / "raw_xml", folder, Random(request.param), eras)
    with load_folder(folder, server_url, template_url) as loaded, serving(loaded.database) as at:
        assert loaded.run.exit_code == 0, loaded.run.messages
        yield Other(truth, loaded, at, eras)


async def test_every_price_of_every_store_is_the_one_told_last(other: Other) -> None:
    compared, differences = 0, []
    async with aio.insecure_channel(other.address) as channel:
        stores = {store.store_id for store in await list_stores(channel)}
        assert stores == other.truth.offers.keys()
        for store_id, offers in other.truth.offers.items():
            prices = await list_prices(channel, store_id)
            served = {each.product_id: Offer(each.price_agorot, each.weighted) for each in prices}
            compared += len(offers)
            differences += [
                (store_id, product_id, offers.get(product_id), served.get(product_id))
                for product_id in offers.keys() | served.keys()
                if offers.get(product_id) != served.get(product_id)
            ]
            seen = {(each.observed_file, each.observed_time.seconds) for each in prices}
            file, at = other.truth.seen[store_id]
            assert seen == {(file, int(at.timestamp()))}
    assert differences == []
    assert compared > 5_000


async def test_units_of_each_product_and_chain_are_among_those_told(other: Other) -> None:
    words = await read_words(other.loaded.database)
    if other.eras == "B":  # before, a blank unit could not be told from the one above
        assert [
            place
            for place, told in other.truth.units.items()
            for row in [words[place]]
            if (row["quantity"] or "", row["unit_of_quantity"] or "", row["unit_of_measure"] or "")
            not in told
        ] == []
    assert words.keys() == other.truth.units.keys()
