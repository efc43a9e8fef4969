"""ListChains."""

from datetime import UTC, datetime

import asyncpg
from grpc import StatusCode

from superzol.catalog.v1.catalog_pb2 import Chain, ListChainsRequest
from tests.support.clients import CatalogClient
from tests.support.server import refusal


async def test_chains_tell_what_they_offer(catalog: CatalogClient) -> None:
    chains = (await catalog.ListChains(ListChainsRequest())).chains
    assert [chain.chain_id for chain in chains] == ["rami_levy", "victory", "zol"]
    observed = chains[0].last_observed_time.ToDatetime(UTC)
    assert observed == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    chains[0].ClearField("last_observed_time")
    assert chains[0] == Chain(
        chain_id="rami_levy",
        name="רמי לוי",
        legal_ids=["7290058140886", "7290058140887"],
        store_count=3,
        product_count=3,
        version=1,
    )
    assert chains[2] == Chain(chain_id="zol", name="זול", version=1)


async def test_walk_sees_every_chain_once_and_counts_them_when_asked(
    catalog: CatalogClient,
) -> None:
    first = await catalog.ListChains(ListChainsRequest(page_size=2, include_total=True))
    rest = await catalog.ListChains(
        ListChainsRequest(page_size=2, page_token=first.next_page_token)
    )
    seen = [chain.chain_id for chain in [*first.chains, *rest.chains]]
    assert seen == ["rami_levy", "victory", "zol"]
    assert first.total_size == 3
    assert not rest.HasField("total_size")
    assert rest.next_page_token == ""
    assert not rest.generation_changed


async def test_chains_of_a_deleted_dataset_are_not_listed(
    catalog: CatalogClient, connection: asyncpg.Connection
) -> None:
    await connection.execute("UPDATE dataset SET deleted_at = now()")
    answer = await catalog.ListChains(ListChainsRequest(include_total=True))
    assert (list(answer.chains), answer.total_size) == ([], 0)


async def test_token_of_another_list_is_refused(catalog: CatalogClient) -> None:
    said = await refusal(catalog.ListChains(ListChainsRequest(page_token="nonsense")))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["page_token"])


async def test_chain_tells_its_other_slugs_and_that_it_is_retired(
    catalog: CatalogClient, connection: asyncpg.Connection
) -> None:
    await connection.execute("UPDATE chain SET retired = chain_id = 'zol'")
    await connection.execute(
        "INSERT INTO chain_alias (alias, chain_key)"
        " SELECT 'victory_' || word, chain_key"
        " FROM chain, unnest(ARRAY['old', 'new_source']) AS word"
        " WHERE chain_id = 'victory'"
    )
    chains = (await catalog.ListChains(ListChainsRequest())).chains
    assert [(list(chain.aliases), chain.retired) for chain in chains] == [
        ([], False),
        (["victory_new_source", "victory_old"], False),
        ([], True),
    ]
