"""LookupProduct."""

import pytest
from grpc import StatusCode

from superzol.catalog.v1.catalog_pb2 import LookupProductRequest
from tests.support.clients import CatalogClient
from tests.support.server import refusal


@pytest.mark.parametrize(
    "barcode", ["7290004131074", "07290004131074", "729-0004-13107 4", " 7290004131074\n"]
)
async def test_barcode_is_found_however_it_is_written(catalog: CatalogClient, barcode: str) -> None:
    answer = await catalog.LookupProduct(LookupProductRequest(barcode=barcode))
    assert (answer.gtin, answer.check_digit_valid, answer.restricted) == (
        "7290004131074",
        True,
        False,
    )
    assert [product.product_id for product in answer.products] == ["7290004131074"]
    assert answer.products[0].other_names == ["חלב 3% קרטון", "חלב טרי 3%"]


async def test_internal_code_names_a_product_in_each_chain(catalog: CatalogClient) -> None:
    answer = await catalog.LookupProduct(LookupProductRequest(barcode="012"))
    found = [product.product_id for product in answer.products]
    assert found == ["rami_levy:12", "victory:12"]
    assert answer.restricted


async def test_unknown_barcode_is_no_error(catalog: CatalogClient) -> None:
    answer = await catalog.LookupProduct(LookupProductRequest(barcode="7290010000031"))
    assert (list(answer.products), answer.check_digit_valid) == ([], False)


@pytest.mark.parametrize("barcode", ["", "- -", "000", "72900041A1074", "1" * 15, "٧٢٩"])
async def test_what_is_no_barcode_is_refused(catalog: CatalogClient, barcode: str) -> None:
    said = await refusal(catalog.LookupProduct(LookupProductRequest(barcode=barcode)))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["barcode"])
