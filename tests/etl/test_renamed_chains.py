"""A chain whose files come under another slug than before, as docs/etl.md tells it."""

from superzol.catalog.v1.catalog_pb2 import ListChainsRequest
from superzol.dataset.v1.coverage_pb2 import CoverageState, ListCoverageRequest
from superzol.pricing.v1.pricing_pb2 import ListPricesRequest
from tests.support.catalogue import DATASET_ID
from tests.support.clients import CatalogClient, DatasetClient, PricingClient
from tests.support.server import running_api
from tests.support.snapshots import LEGAL_ID, Chain, Item, full, prices_csv

MILK = "7290004131074"


def load_as(chain: Chain, slug: str, at: str, *more: str) -> list[str]:
    """Returns what the load warns of; more: other chains with a file."""
    parts = prices_csv("PriceFull", [full(Item(MILK, "5.90"), at=at)])
    files = {f"price_full_file_{each}.csv": parts for each in (slug, *more)}
    outcome = chain.load_files(files)
    assert outcome.exit_code == 0, outcome.stderr
    warnings: list[str] = outcome.summary["warnings"]
    assert ("chain looks renamed" in outcome.stderr) == bool(warnings)
    return warnings


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


async def test_each_load_warns_of_it_while_the_old_one_is_served(chain: Chain) -> None:
    assert load_as(chain, "alpha", "202606010600") == []
    for day in ("02", "03"):
        (warning,) = load_as(chain, "beta", f"202606{day}0600")
        assert (
            f"beta publishes 1 store of alpha, which has no files (ChainId {LEGAL_ID})" in warning
        )
    load_as(chain, "beta", "202606160600")
    assert load_as(chain, "beta", "202606170600") == []


async def test_chains_that_share_a_chain_id_are_not_taken_for_renamed(chain: Chain) -> None:
    assert load_as(chain, "alpha", "202606010600", "beta") == []
    assert load_as(chain, "beta", "202606020600") == []
    assert load_as(chain, "alpha", "202606030600", "beta", "gamma") == []


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
