"""BatchGetProducts."""

import pytest
from grpc import StatusCode

from superzol.catalog.v1.catalog_pb2 import BatchGetProductsRequest, GetProductRequest
from tests.server.catalog.conftest import CHOCOLATE, HALVA, MILK
from tests.support.clients import CatalogClient
from tests.support.server import refusal

UNKNOWN = "7290010000036"


async def test_products_come_in_the_order_of_the_request_each_once(catalog: CatalogClient) -> None:
    asked = [CHOCOLATE, f"0{MILK}", "victory:0012", MILK]
    answer = await catalog.BatchGetProducts(BatchGetProductsRequest(product_ids=asked))
    assert [product.product_id for product in answer.products] == [CHOCOLATE, MILK, "victory:12"]
    assert not answer.unknown_product_ids


async def test_product_is_the_one_of_get_product_without_other_names(
    catalog: CatalogClient,
) -> None:
    answer = await catalog.BatchGetProducts(BatchGetProductsRequest(product_ids=[MILK]))
    alone = (await catalog.GetProduct(GetProductRequest(product_id=MILK))).product
    del alone.other_names[:]
    assert list(answer.products) == [alone]


async def test_unknown_products_are_named_apart(catalog: CatalogClient) -> None:
    asked = [UNKNOWN, HALVA, "nowhere:1"]
    answer = await catalog.BatchGetProducts(BatchGetProductsRequest(product_ids=asked))
    assert [product.product_id for product in answer.products] == [HALVA]
    assert answer.unknown_product_ids == [UNKNOWN, "nowhere:1"]


@pytest.mark.parametrize(
    ("product_ids", "field"),
    [
        ([], "product_ids"),
        ([f"zol:{code}" for code in range(201)], "product_ids"),
        ([MILK, "milk"], "product_ids[1]"),
    ],
    ids=["none", "too many", "no identifier"],
)
async def test_wrong_field_is_named(
    catalog: CatalogClient, product_ids: list[str], field: str
) -> None:
    request = BatchGetProductsRequest(product_ids=product_ids)
    said = await refusal(catalog.BatchGetProducts(request))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, [field])
