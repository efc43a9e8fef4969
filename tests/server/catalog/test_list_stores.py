"""ListStores."""

import pytest
from grpc import StatusCode

from superzol.catalog.v1.store_pb2 import ListStoresRequest, StoreKind
from tests.support.clients import CatalogClient
from tests.support.server import refusal

ALL = ["rami_levy:39", "rami_levy:4", "rami_levy:51", "victory:1"]


@pytest.mark.parametrize(
    ("asked", "store_ids"),
    [
        (ListStoresRequest(), ALL),
        (ListStoresRequest(chain_id="victory"), ["victory:1"]),
        (ListStoresRequest(city="תל אביב"), ["rami_levy:51", "victory:1"]),
        (ListStoresRequest(city="5000"), ["rami_levy:51", "victory:1"]),
        (ListStoresRequest(city='ת"א - יפו'), ["rami_levy:51", "victory:1"]),
        (ListStoresRequest(city="חיפה"), []),
        (ListStoresRequest(kind=StoreKind.STORE_KIND_ONLINE), ["rami_levy:4"]),
        (ListStoresRequest(query="לוי"), ["rami_levy:4", "victory:1"]),
        (ListStoresRequest(query="ירושלים חרוצי"), ["rami_levy:39"]),
        (ListStoresRequest(query="ירושלים לוינסקי"), []),
        (ListStoresRequest(chain_id="rami_levy", city="תל-אביב"), ["rami_levy:51"]),
        (ListStoresRequest(order_by="store_id"), ALL),
        (ListStoresRequest(chain_id="zol"), []),
    ],
)
async def test_filters_choose_stores_in_the_order_of_their_identifiers(
    catalog: CatalogClient, asked: ListStoresRequest, store_ids: list[str]
) -> None:
    asked.include_total = True
    answer = await catalog.ListStores(asked)
    assert [store.store_id for store in answer.stores] == store_ids
    assert answer.total_size == len(store_ids)


async def test_walk_sees_every_store_once(catalog: CatalogClient) -> None:
    seen, request = [], ListStoresRequest(page_size=1)
    while True:
        answer = await catalog.ListStores(request)
        seen += [store.store_id for store in answer.stores]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == ALL


async def test_token_does_not_fit_a_changed_request(catalog: CatalogClient) -> None:
    first = await catalog.ListStores(ListStoresRequest(page_size=1))
    changed = ListStoresRequest(page_token=first.next_page_token, city="ירושלים")
    said = await refusal(catalog.ListStores(changed))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["page_token"])
    assert said.reason == "PAGE_TOKEN_OF_OTHER_REQUEST"


async def test_unknown_chain_is_not_found(catalog: CatalogClient) -> None:
    said = await refusal(catalog.ListStores(ListStoresRequest(chain_id="nowhere")))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "CHAIN_NOT_FOUND")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ListStoresRequest(order_by="banana"), "order_by"),
        (ListStoresRequest(kind=9), "kind"),  # type: ignore[arg-type]  # the wire takes any number
    ],
)
async def test_wrong_field_is_named(
    catalog: CatalogClient, asked: ListStoresRequest, field: str
) -> None:
    said = await refusal(catalog.ListStores(asked))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, [field])


async def test_other_order_is_not_served(catalog: CatalogClient) -> None:
    said = await refusal(catalog.ListStores(ListStoresRequest(order_by="name")))
    assert (said.code, said.metadata) == (StatusCode.UNIMPLEMENTED, {"field": "order_by"})
