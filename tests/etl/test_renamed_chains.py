"""A chain whose files come under another slug than before, as docs/etl.md tells it."""

from superzol.catalog.v1.catalog_pb2 import ListChainsRequest
from superzol.dataset.v1.coverage_pb2 import CoverageState, ListCoverageRequest
from superzol.pricing.v1.pricing_pb2 import ListPricesRequest
from tests.support.catalogue import DATASET_ID
from tests.support.clients import CatalogClient, DatasetClient, PricingClient
from tests.support.server import running_api
from tests.support.snapshots import LEGAL_ID, Chain, Item, full, prices_csv

MILK = "7290004131074"


def load_as(chain: Chain, slug: str, at: str) -> None:
    parts = prices_csv("PriceFull", [full(Item(MILK, "5.90"), at=at)])
    assert chain.load_files({f"price_full_file_{slug}.csv": parts}).exit_code == 0


async def stores_that_sell(database: str) -> list[str]:
    async with running_api(database) as running:
        answer = await PricingClient(running.channel).ListPrices(ListPricesRequest(product_id=MILK))
    return [price.store_id for price in answer.prices]


async def test_it_is_served_beside_the_old_one_until_that_is_unseen(
    chain: Chain, database: str
) -> None:
    load_as(chain, "alpha", "202606010600")
    load_as(chain, "beta", "202606020600")
    assert await stores_that_sell(database) == ["alpha:1", "beta:1"]

    load_as(chain, "beta", "202606150600")
    assert await stores_that_sell(database) == ["beta:1"]


async def test_both_have_the_same_legal_ids_and_the_old_one_is_absent(
    chain: Chain, database: str
) -> None:
    load_as(chain, "alpha", "202606010600")
    load_as(chain, "beta", "202606020600")
    async with running_api(database) as running:
        told = await CatalogClient(running.channel).ListChains(ListChainsRequest())
        request = ListCoverageRequest(dataset_id=DATASET_ID)
        covered = await DatasetClient(running.channel).ListCoverage(request)
    assert [(each.chain_id, list(each.legal_ids)) for each in told.chains] == [
        ("alpha", [LEGAL_ID]),
        ("beta", [LEGAL_ID]),
    ]
    assert [CoverageState.Name(each.state) for each in covered.chains] == [
        "COVERAGE_STATE_ABSENT",
        "COVERAGE_STATE_LOADED",
    ]
