"""ListCategories."""

import asyncpg
from grpc import StatusCode

from superzol.catalog.v1.category_pb2 import Category, ListCategoriesRequest
from superzol_etl.sql import load_sql
from superzol_etl.stages.categories import PACKAGE
from tests.support.clients import CatalogClient
from tests.support.server import refusal

EVERY = ["dairy", "dairy.milk", "snacks", "snacks.candy_gum", "snacks.chocolate"]


async def test_departments_come_before_their_categories(catalog: CatalogClient) -> None:
    answer = await catalog.ListCategories(ListCategoriesRequest(include_total=True))
    assert [category.category_id for category in answer.categories] == EVERY
    assert answer.total_size == 5


async def test_department_counts_the_products_of_its_categories(
    catalog: CatalogClient, connection: asyncpg.Connection
) -> None:
    await connection.execute(load_sql(PACKAGE, "count_categories"))
    await connection.execute(
        "UPDATE category SET coicop = '01.1.8' WHERE category_id = $1", EVERY[4]
    )
    answer = await catalog.ListCategories(ListCategoriesRequest(department_id="snacks"))
    counts = [category.product_count for category in answer.categories]
    assert counts == [2, 1, 1]
    assert answer.categories[2] == Category(
        category_id="snacks.chocolate",
        department_id="snacks",
        name_he="שם של snacks.chocolate",
        name_en="Name of snacks.chocolate",
        coicop="01.1.8",
        product_count=1,
    )


async def test_walk_sees_every_category_once(catalog: CatalogClient) -> None:
    seen, request = [], ListCategoriesRequest(page_size=2)
    while True:
        answer = await catalog.ListCategories(request)
        seen += [category.category_id for category in answer.categories]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == EVERY


async def test_unknown_department_is_not_found(catalog: CatalogClient) -> None:
    request = ListCategoriesRequest(department_id="moon")
    said = await refusal(catalog.ListCategories(request))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "CATEGORY_NOT_FOUND")
