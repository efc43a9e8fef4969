"""What the API serves is what the chains published, read from their XML by other code."""

from pathlib import Path

import pytest
from grpc import aio

from superzol.pricing.v1.pricing_pb2 import PriceFlag
from tests.real.exceptions import Row, judge
from tests.real.oracle import (
    Branch,
    PriceFile,
    in_one_line,
    product_id,
    read_branches,
    read_price_files,
    shown,
    strip_chain,
)
from tests.real.published import read_rows
from tests.real.walks import list_chains, list_prices, list_products, list_stores

pytestmark = pytest.mark.real

CHAINS = {
    "fresh_market_and_super_dosh": 43,
    "keshet": 21,
    "king_store": 22,
    "maayan_2000": 36,
    "mega": 89,
    "rami_levy": 99,
    "shufersal": 421,
    "super_pharm": 1,
    "zol_vebegadol": 35,
}
ROWS_COMPARED = 24_797


async def test_every_price_and_weighted_flag_is_the_one_in_the_xml(
    sample: Path, channel: aio.Channel, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {_store_id(file): file for file in read_price_files(sample / "raw_xml")}
    differences: list[Row] = []
    compared = 0
    for store in await list_stores(channel):
        served = {
            strip_chain(price.product_id): (price.price_agorot, price.weighted)
            for price in await list_prices(channel, store.store_id)
        }
        file = files.pop(store.store_id, None)
        offers = file.offers if file else {}
        expected = {code: (offer.price_agorot, offer.weighted) for code, offer in offers.items()}
        compared += len(expected.keys() & served.keys())
        differences += [
            Row(file.file if file else store.store_id, code)
            for code in expected.keys() | served.keys()
            if expected.get(code) != served.get(code)
        ]

    with capsys.disabled():
        print(f"\n{compared:,} prices compared")
    verdict = judge(differences, file_prefix="Price")
    assert (verdict.unexplained, verdict.unused) == ([], [])
    assert files == {}
    assert compared == ROWS_COMPARED


async def test_flags_say_what_is_odd_in_the_xml(sample: Path, channel: aio.Channel) -> None:
    odd = 0
    for file in read_price_files(sample / "raw_xml"):
        expected = {code: _flags(file, code) for code in file.offers}

        served = {
            strip_chain(price.product_id): set(price.flags)
            for price in await list_prices(channel, _store_id(file))
        }

        assert served == {code: expected[code] for code in served}
        odd += sum(bool(flags) for flags in served.values())
    assert odd == 3_089


async def test_no_item_of_a_store_is_served_twice(channel: aio.Channel) -> None:
    for store in await list_stores(channel):
        ids = [price.product_id for price in await list_prices(channel, store.store_id)]
        assert len(ids) == len(set(ids))


async def test_observed_time_is_the_one_in_the_name_of_the_file(
    sample: Path, channel: aio.Channel
) -> None:
    expected = {
        _store_id(file): int(file.observed_time.timestamp())
        for file in read_price_files(sample / "raw_xml")
    }

    stores = await list_stores(channel)

    assert expected == {
        store.store_id: store.last_observed_time.seconds
        for store in stores
        if store.HasField("last_observed_time")
    }


async def test_prices_name_the_file_they_come_from(sample: Path, channel: aio.Channel) -> None:
    for file in read_price_files(sample / "raw_xml"):
        prices = await list_prices(channel, _store_id(file))

        origins = {
            (price.chain_id, price.observed_file, price.observed_time.seconds, price.since_version)
            for price in prices
        }

        assert origins == {(file.chain_id, file.file, int(file.observed_time.timestamp()), 1)}


async def test_items_are_identified_by_gtin_or_within_their_chain(
    sample: Path, channel: aio.Channel
) -> None:
    for file in read_price_files(sample / "raw_xml"):
        prices = await list_prices(channel, _store_id(file))

        assert {price.product_id for price in prices} == {
            product_id(file.chain_id, offer.published_code)
            for offer in file.offers.values()
            if offer.price_agorot is not None
        }


async def test_stores_are_described_as_in_the_xml(sample: Path, channel: aio.Channel) -> None:
    served = {
        store.store_id: (store.name, store.address, store.published_city)
        for store in await list_stores(channel)
    }

    branches = read_branches(sample / "raw_xml")

    verdict = judge(
        [
            Row(branch.file, branch.code)
            for branch in branches
            if served.get(f"{branch.chain_id}:{branch.code}") != _description(branch)
        ],
        file_prefix="Stores",
    )
    assert (verdict.unexplained, verdict.unused) == ([], [])
    assert len(branches) == 591


@pytest.mark.parametrize(("chain_id", "store_count"), [("rami_levy", 99), ("shufersal", 421)])
async def test_stores_without_xml_are_described_as_in_the_csv(
    sample: Path, channel: aio.Channel, chain_id: str, store_count: int
) -> None:
    path = sample / "dataset" / f"store_file_{chain_id}.csv"
    published = {
        f"{chain_id}:{row['storeid'].lstrip('0')}": tuple(
            shown(row[column]) for column in ("storename", "address", "city")
        )
        for row in read_rows(path)
    }

    stores = [store for store in await list_stores(channel) if store.store_id in published]

    served = {
        # A numeric city is the code of the locality.
        store.store_id: (store.name, store.address, store.published_city)
        for store in stores
    }
    assert served == published
    assert len(served) == store_count


async def test_chains_count_their_stores_and_products(sample: Path, channel: aio.Channel) -> None:
    chains = await list_chains(channel)

    assert {chain.chain_id: chain.store_count for chain in chains} == CHAINS
    products = {
        file.chain_id: sum(offer.price_agorot is not None for offer in file.offers.values())
        for file in read_price_files(sample / "raw_xml")
    }
    assert {chain.chain_id: chain.product_count for chain in chains} == {
        chain_id: products.get(chain_id, 0) for chain_id in CHAINS
    }


async def test_products_are_named_as_one_of_their_chains_names_them(
    sample: Path, channel: aio.Channel
) -> None:
    names: dict[str, set[str]] = {}
    for file in read_price_files(sample / "raw_xml"):
        for offer in file.offers.values():
            names.setdefault(product_id(file.chain_id, offer.published_code), set()).add(
                in_one_line(offer.name)
            )

    products = await list_products(channel)

    assert [
        (product.product_id, product.name)
        for product in products
        if product.name not in names[product.product_id]
    ] == []


def _store_id(file: PriceFile) -> str:
    return f"{file.chain_id}:{file.store_code}"


def _flags(file: PriceFile, code: str) -> set[PriceFlag.ValueType]:
    conditions = {
        PriceFlag.PRICE_FLAG_ZERO: file.offers[code].price_agorot == 0,
        PriceFlag.PRICE_FLAG_REPEATED: code in file.repeated,
        PriceFlag.PRICE_FLAG_PARTIAL_FILE: file.cut,
    }
    return {flag for flag, holds in conditions.items() if holds}


def _description(branch: Branch) -> tuple[str, str, str]:
    return shown(branch.name), shown(branch.address), shown(branch.city)
