"""GetProduct."""

import pytest
from grpc import StatusCode

from superzol.catalog.v1.catalog_pb2 import GetProductRequest, Product, Unit
from tests.support.clients import CatalogClient
from tests.support.server import refusal

MILK = "7290004131074"


@pytest.mark.parametrize("writing", [MILK, f"0{MILK}", f"000{MILK}"])
async def test_product_is_found_by_its_gtin_in_any_writing(
    catalog: CatalogClient, writing: str
) -> None:
    answer = await catalog.GetProduct(GetProductRequest(product_id=writing))
    assert answer.product == Product(
        product_id=MILK,
        name="חלב תנובה 3% 1 ליטר",
        other_names=["חלב 3% קרטון", "חלב טרי 3%"],
        gtin=MILK,
        manufacturer="תנובה",
        country="IL",
        price_min_agorot=620,
        price_avg_agorot=650,
        price_max_agorot=691,
        store_count=3,
        chain_count=2,
        department_id="dairy",
        category_id="dairy.milk",
        net_quantity=1000,
        net_unit=Unit.UNIT_MILLILITRE,
    )


async def test_internal_code_is_found_within_its_chain(catalog: CatalogClient) -> None:
    answer = await catalog.GetProduct(GetProductRequest(product_id="rami_levy:0012"))
    assert (answer.product.name, answer.product.gtin) == ("עגבניות", "")
    assert answer.product.weighted


async def test_product_that_is_only_listed_at_zero_has_no_prices(
    catalog: CatalogClient,
) -> None:
    product = (await catalog.GetProduct(GetProductRequest(product_id="victory:12"))).product
    assert (product.price_min_agorot, product.price_avg_agorot, product.store_count) == (0, 0, 1)


@pytest.mark.parametrize("product_id", ["7290010000036", "rami_levy:99", "nowhere:12"])
async def test_unknown_product_is_not_found(catalog: CatalogClient, product_id: str) -> None:
    said = await refusal(catalog.GetProduct(GetProductRequest(product_id=product_id)))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "PRODUCT_NOT_FOUND")
    assert said.metadata == {"product_id": product_id}


@pytest.mark.parametrize("product_id", ["", "milk", "7290004131075", "1" * 15, "rami levy:1", ":"])
async def test_what_names_no_product_is_refused(catalog: CatalogClient, product_id: str) -> None:
    said = await refusal(catalog.GetProduct(GetProductRequest(product_id=product_id)))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["product_id"])
