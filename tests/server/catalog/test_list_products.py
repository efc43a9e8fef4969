"""ListProducts."""

import asyncpg
import pytest
from grpc import StatusCode

from superzol.catalog.v1.catalog_pb2 import GetProductRequest, ListProductsRequest
from tests.support.catalogue import Product, fill
from tests.support.clients import CatalogClient
from tests.support.server import refusal

MILK, HALVA, CHOCOLATE = "7290004131074", "7290010000012", "7290010000029"


@pytest.mark.parametrize(
    ("asked", "product_ids"),
    [
        (ListProductsRequest(), [MILK, HALVA, CHOCOLATE, "rami_levy:12", "victory:12"]),
        (ListProductsRequest(chain_id="rami_levy"), [MILK, CHOCOLATE, "rami_levy:12"]),
        (ListProductsRequest(manufacturer="תנובה"), [MILK]),
        (ListProductsRequest(manufacturer="תנובה", chain_id="zol"), []),
        (ListProductsRequest(manufacturer="אחוה", chain_id="victory"), [HALVA]),
        (ListProductsRequest(weighted=True), ["rami_levy:12", "victory:12"]),
        (ListProductsRequest(weighted=False, chain_id="victory"), [MILK, HALVA]),
        (ListProductsRequest(weighted=True, manufacturer="תנובה"), []),
        (ListProductsRequest(category_id="dairy.milk"), [MILK]),
        (ListProductsRequest(category_id="snacks"), [HALVA, CHOCOLATE]),
        (ListProductsRequest(category_id="snacks", chain_id="rami_levy"), [CHOCOLATE]),
        (ListProductsRequest(category_id="snacks", manufacturer="אחוה"), [HALVA]),
        (ListProductsRequest(category_id="snacks", weighted=True), []),
        (ListProductsRequest(order_by="product_id asc", weighted=False, chain_id="zol"), []),
    ],
)
async def test_filters_choose_products_in_the_order_of_their_identifiers(
    catalog: CatalogClient, asked: ListProductsRequest, product_ids: list[str]
) -> None:
    asked.include_total = True
    answer = await catalog.ListProducts(asked)
    assert [product.product_id for product in answer.products] == product_ids
    assert answer.total_size == len(product_ids)


@pytest.mark.parametrize(
    "asked",
    [
        ListProductsRequest(),
        ListProductsRequest(chain_id="rami_levy"),
        ListProductsRequest(category_id="snacks"),
    ],
)
async def test_walk_sees_every_product_once(
    catalog: CatalogClient, asked: ListProductsRequest
) -> None:
    whole = await catalog.ListProducts(asked)
    seen, request = [], ListProductsRequest(page_size=1)
    request.MergeFrom(asked)
    while True:
        answer = await catalog.ListProducts(request)
        seen += list(answer.products)
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == list(whole.products)


@pytest.mark.parametrize(
    "asked",
    [
        ListProductsRequest(),
        ListProductsRequest(chain_id="rami_levy"),
        ListProductsRequest(category_id="dairy.milk"),
        ListProductsRequest(manufacturer="תנובה"),
    ],
    ids=str,
)
async def test_product_is_told_alike_whatever_is_asked_for(
    catalog: CatalogClient, asked: ListProductsRequest
) -> None:
    whole = (await catalog.GetProduct(GetProductRequest(product_id=MILK))).product
    whole.ClearField("other_names")
    assert whole.net_quantity == 1000
    assert (await catalog.ListProducts(asked)).products[0] == whole


async def test_walk_sees_every_product_once_whatever_is_published_between_pages(
    catalog: CatalogClient, connection: asyncpg.Connection
) -> None:
    whole = await catalog.ListProducts(ListProductsRequest())
    present = [product.product_id for product in whole.products]
    seen, request = [], ListProductsRequest(page_size=2)
    for number in range(100):
        answer = await catalog.ListProducts(request)
        seen += [product.product_id for product in answer.products]
        assert answer.generation_changed == (number > 0)
        if not answer.next_page_token:
            break
        newcomers = [f"rami_levy:{number + 100}", f"{7290001000000 + number}"]
        await fill(connection, *(Product(newcomer, "חדש") for newcomer in newcomers))
        request.page_token = answer.next_page_token
    assert [product_id for product_id in seen if product_id in present] == present
    assert len(seen) == len(set(seen))


async def test_unknown_chain_is_not_found(catalog: CatalogClient) -> None:
    said = await refusal(catalog.ListProducts(ListProductsRequest(chain_id="nowhere")))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "CHAIN_NOT_FOUND")


async def test_unknown_category_is_not_found(catalog: CatalogClient) -> None:
    said = await refusal(catalog.ListProducts(ListProductsRequest(category_id="dairy.moon")))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "CATEGORY_NOT_FOUND")
    assert said.metadata == {"category_id": "dairy.moon"}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ListProductsRequest(order_by="name"), "order_by"),
        (ListProductsRequest(order_by="product_id desc"), "order_by"),
    ],
)
async def test_what_is_not_served_yet_says_which_field(
    catalog: CatalogClient, asked: ListProductsRequest, field: str
) -> None:
    said = await refusal(catalog.ListProducts(asked))
    assert (said.code, said.metadata) == (StatusCode.UNIMPLEMENTED, {"field": field})


async def test_order_by_no_field_is_invalid(catalog: CatalogClient) -> None:
    said = await refusal(catalog.ListProducts(ListProductsRequest(order_by="banana")))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["order_by"])
