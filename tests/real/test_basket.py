"""CompareBasket answers over two chains what a person would work out from their XML."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from grpc import aio

from superzol.analytics.v1 import analytics_pb2, analytics_pb2_grpc, basket_pb2
from tests.real.oracle import Offer, read_price_files

pytestmark = pytest.mark.real

QUANTITIES = (1.0, 2.0, 3.0, 4.0, 1.0)


class Quote(NamedTuple):
    """A basket in one store; the savings are None when it is incomplete."""

    store_id: str
    lines: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]
    total_agorot: int
    coverage: float
    over_cheapest: int | None
    against_dearest: int | None
    against_mean: int | None


async def test_each_chain_quotes_what_it_sells_of_a_basket_it_sells_in_part(
    sample: Path, channel: aio.Channel
) -> None:
    shelves = _shelves(sample)
    rami_levy, super_pharm = shelves.values()
    common = _gtins(rami_levy.keys() & super_pharm.keys())
    basket = [
        *common[:3],
        _gtins(rami_levy.keys() - super_pharm.keys())[0],
        _gtins(super_pharm.keys() - rami_levy.keys())[0],
    ]

    answer = await _compare(channel, basket)

    expected = _quotes(shelves, basket)
    assert [_quote(quote) for quote in answer.quotes] == expected
    assert [quote.coverage for quote in answer.quotes] == [0.8, 0.8]
    assert (answer.store_count, answer.complete_store_count) == (2, 0)


async def test_each_chain_quotes_a_basket_that_it_sells_whole(
    sample: Path, channel: aio.Channel
) -> None:
    shelves = _shelves(sample)
    rami_levy, super_pharm = shelves.values()
    basket = _gtins(rami_levy.keys() & super_pharm.keys())[-5:]

    answer = await _compare(channel, basket)

    assert [_quote(quote) for quote in answer.quotes] == _quotes(shelves, basket)
    assert (answer.store_count, answer.complete_store_count) == (2, 2)


async def test_gtin_that_nobody_published_is_unknown(sample: Path, channel: aio.Channel) -> None:
    shelves = _shelves(sample)
    rami_levy, super_pharm = shelves.values()
    nowhere = "4006381333931"
    basket = [*_gtins(rami_levy.keys() & super_pharm.keys())[:4], nowhere]

    answer = await _compare(channel, basket)

    assert list(answer.unknown_product_ids) == [nowhere]
    assert [_quote(quote) for quote in answer.quotes] == _quotes(shelves, basket)


def _shelves(sample: Path) -> dict[str, dict[str, Offer]]:
    files = {file.chain_id: file for file in read_price_files(sample / "raw_xml")}
    return {
        f"{chain_id}:{files[chain_id].store_code}": files[chain_id].offers
        for chain_id in ("rami_levy", "super_pharm")
    }


def _gtins(codes: set[str]) -> list[str]:
    """Those that are global trade item numbers beyond doubt, in order."""
    return sorted(
        code
        for code in codes
        if len(code) == 13
        and code[0] in "345678"
        and not code.startswith("729000000")
        and sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(code)) % 10 == 0
    )


async def _compare(channel: aio.Channel, basket: list[str]) -> analytics_pb2.CompareBasketResponse:
    stub = analytics_pb2_grpc.AnalyticsServiceStub(channel)
    items = [
        basket_pb2.BasketItem(product_id=gtin, quantity=quantity)
        for gtin, quantity in zip(basket, QUANTITIES, strict=True)
    ]
    return await stub.CompareBasket(
        analytics_pb2.CompareBasketRequest(items=items, chain_ids=["rami_levy", "super_pharm"])
    )


def _quotes(shelves: dict[str, dict[str, Offer]], basket: list[str]) -> list[Quote]:
    priced = {store_id: _lines(offers, basket) for store_id, offers in shelves.items()}
    totals = {store_id: sum(line[1] for line in lines) for store_id, lines in priced.items()}
    complete = [totals[store_id] for store_id in priced if len(priced[store_id]) == len(basket)]
    mean = _half_up(Decimal(sum(complete)) / len(complete)) if complete else 0
    quotes = []
    for store_id, lines in priced.items():
        total, whole = totals[store_id], len(lines) == len(basket)
        sold = {line[0] for line in lines}
        quotes.append(
            Quote(
                store_id,
                tuple(lines),
                tuple(gtin for gtin in basket if gtin not in sold),
                total,
                len(lines) / len(basket),
                total - min(complete) if whole else None,
                max(complete) - total if whole else None,
                mean - total if whole else None,
            )
        )
    return sorted(quotes, key=lambda quote: (len(quote.missing), quote.total_agorot, quote[0]))


def _lines(offers: dict[str, Offer], basket: list[str]) -> list[tuple[str, int]]:
    return [
        (gtin, _half_up(price * Decimal(quantity)))
        for gtin, quantity in zip(basket, QUANTITIES, strict=True)
        if gtin in offers and (price := offers[gtin].price_agorot)
    ]


def _half_up(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _quote(quote: analytics_pb2.BasketQuote) -> Quote:
    whole = quote.HasField("over_cheapest_agorot")
    return Quote(
        quote.store_id,
        tuple((line.product_id, line.total_agorot) for line in quote.lines),
        tuple(quote.missing_product_ids),
        quote.total_agorot,
        quote.coverage,
        quote.over_cheapest_agorot if whole else None,
        quote.saving_against_dearest_agorot if whole else None,
        quote.saving_against_mean_agorot if whole else None,
    )
