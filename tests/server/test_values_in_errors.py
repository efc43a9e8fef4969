"""A refusal names the value that is wrong, not only its field."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from grpc import StatusCode

from superzol.analytics.v1.analytics_pb2 import ListCheapestStoresRequest
from superzol.analytics.v1.trend_pb2 import GetPriceTrendRequest
from superzol.pricing.v1.pricing_pb2 import ListPricesRequest
from tests.support.clients import AnalyticsClient, PricingClient
from tests.support.server import refusal, running_api

MILK = "7290004131074"
FIRST, NO_DAY, LATER = (
    Date(year=2026, month=3, day=1),
    Date(year=2026, month=2, day=30),
    Date(year=2026, month=3, day=2),
)


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (ListPricesRequest(page_size=-7), "page_size: must not be negative: -7"),
        (ListPricesRequest(min_price_agorot=-3), "min_price_agorot: must not be negative: -3"),
        (
            ListPricesRequest(min_price_agorot=5, max_price_agorot=4),
            "max_price_agorot: must not be below min_price_agorot: 4 is below 5",
        ),
        (ListPricesRequest(start_date=NO_DAY), "start_date: is not a day: 2026-2-30"),
        (
            ListPricesRequest(end_date=Date(year=1, month=2, day=3)),
            "end_date: must be from 1970 to 2200, not 0001-02-03",
        ),
        (
            ListPricesRequest(start_date=LATER, end_date=FIRST),
            "end_date: must not be before start_date: 2026-03-01 is before 2026-03-02",
        ),
        (
            ListPricesRequest(as_of_time=Timestamp(seconds=7, nanos=10**9)),
            "as_of_time: is not a time: 7 seconds and 1000000000 nanoseconds",
        ),
        (ListPricesRequest(city="x" * 301), "city: has 301 characters, at most 300"),
    ],
    ids=str,
)
async def test_wrong_value_of_a_list_of_prices_is_named(
    database: str, request_: ListPricesRequest, sentence: str
) -> None:
    request = ListPricesRequest(product_id=MILK)
    request.MergeFrom(request_)
    async with running_api(database) as running:
        said = await refusal(PricingClient(running.channel).ListPrices(request))
    assert (said.code, said.sentence) == (StatusCode.INVALID_ARGUMENT, sentence)


async def test_wrong_value_of_an_analysis_is_named(database: str) -> None:
    count = ListCheapestStoresRequest(max_store_count=-2)
    period = GetPriceTrendRequest(product_id=MILK, start_date=LATER, end_date=FIRST)
    async with running_api(database) as running:
        client = AnalyticsClient(running.channel)
        counted = await refusal(client.ListCheapestStores(count))
        dated = await refusal(client.GetPriceTrend(period))
    assert counted.sentence == "max_store_count: must not be negative: -2"
    assert dated.sentence == (
        "end_date: must not be before start_date: 2026-03-01 is before 2026-03-02"
    )
