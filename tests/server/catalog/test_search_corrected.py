"""SearchProducts of words that seem misspelt."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from superzol.catalog.v1.catalog_pb2 import SearchProductsRequest
from tests.support.catalogue import Product, Store, fill
from tests.support.clients import CatalogClient
from tests.support.server import running_api

NAMES = [
    "יוגורט יווני 150 גרם",
    "יוגורט דיאט 3%",
    "קטשופ היינץ 500 גרם",
    "לחמניות המבורגר",
    "יוגרטון שטוזי",
]


@pytest_asyncio.fixture
async def shelf(database: str, connection: asyncpg.Connection) -> AsyncIterator[CatalogClient]:
    sold = (Product(f"shop:{code}", name) for code, name in enumerate(NAMES, 1))
    await fill(connection, Store("shop:1"), *sold)
    async with running_api(database) as running:
        yield CatalogClient(running.channel)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("קטשוף הינץ", "קטשופ היינץ 500 גרם"),
        ("קטשוב 500 ג'", "קטשופ היינץ 500 גרם"),
        ("להמבורגר", "לחמניות המבורגר"),
        ("לחמניה להמבורגר", "לחמניות המבורגר"),
        ("יוגורט יוני", "יוגורט יווני 150 גרם"),
        ("יוגורט יוווני", "יוגורט יווני 150 גרם"),
        ("קצשופ", "קטשופ היינץ 500 גרם"),
        ("קטשופהיינץ", "קטשופ היינץ 500 גרם"),
        ("500ג' קט-שופ", "קטשופ היינץ 500 גרם"),
    ],
)
async def test_where_nothing_is_found_misspelt_words_are_read_as_those_of_names(
    shelf: CatalogClient, query: str, name: str
) -> None:
    answer = await shelf.SearchProducts(SearchProductsRequest(query=query))
    assert (answer.corrected, [product.name for product in answer.products]) == (True, [name])


async def test_words_that_are_found_stay_as_they_were_written(shelf: CatalogClient) -> None:
    answer = await shelf.SearchProducts(SearchProductsRequest(query="יוגרט"))
    assert [product.name for product in answer.products] == ["יוגרטון שטוזי"]
    assert not answer.corrected


@pytest.mark.parametrize("query", ["מחשב", "קטשופ יווני", "7290000000008", "500 מל", "קטשוף יווני"])
async def test_what_no_correction_finds_is_not_found_and_not_corrected(
    shelf: CatalogClient, query: str
) -> None:
    answer = await shelf.SearchProducts(SearchProductsRequest(query=query))
    assert (answer.corrected, list(answer.products)) == (False, [])


async def test_a_corrected_search_is_walked_in_pages(shelf: CatalogClient) -> None:
    request = SearchProductsRequest(query="יאגורט", page_size=1)
    first = await shelf.SearchProducts(request)
    request.page_token = first.next_page_token
    second = await shelf.SearchProducts(request)
    assert first.corrected and second.corrected and not second.next_page_token
    names = {product.name for answer in (first, second) for product in answer.products}
    assert names == set(NAMES[:2])


async def test_what_is_not_found_costs_one_statement_once_the_words_are_known(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Store("shop:1"), Product("shop:1", NAMES[0]))
    async with running_api(database) as running:
        client, query = CatalogClient(running.channel), "מחשב טלפון אופניים מכונית ארון"
        await client.SearchProducts(SearchProductsRequest(query=query))
        before = running.database.answers
        assert not (await client.SearchProducts(SearchProductsRequest(query=query))).products
        assert running.database.answers - before == 1
