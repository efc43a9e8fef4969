"""ListManufacturers."""

import asyncpg

from superzol.catalog.v1.manufacturer_pb2 import ListManufacturersRequest, Manufacturer
from tests.support.catalogue import Product, fill
from tests.support.clients import CatalogClient

MANUFACTURERS = [
    Manufacturer(name="אחוה", product_count=1),
    Manufacturer(name="עלית", product_count=2),
    Manufacturer(name="תנובה", product_count=1),
]


async def test_manufacturers_come_by_name_with_their_products(
    catalog: CatalogClient, connection: asyncpg.Connection
) -> None:
    await fill(connection, Product("7290010000036", "וופל", "עלית"))
    answer = await catalog.ListManufacturers(ListManufacturersRequest(include_total=True))
    assert list(answer.manufacturers) == MANUFACTURERS
    assert answer.total_size == len(MANUFACTURERS)


async def test_walk_sees_every_manufacturer_once(catalog: CatalogClient) -> None:
    seen, request = [], ListManufacturersRequest(page_size=1)
    while True:
        answer = await catalog.ListManufacturers(request)
        seen += [manufacturer.name for manufacturer in answer.manufacturers]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == [manufacturer.name for manufacturer in MANUFACTURERS]
