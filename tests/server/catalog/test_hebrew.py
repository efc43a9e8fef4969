"""Hebrew in any writing: points, kinds of geresh and of hyphen, marks of direction."""

import re

import asyncpg
import pytest

from superzol.catalog.v1.catalog_pb2 import ListProductsRequest, SearchProductsRequest
from superzol.catalog.v1.store_pb2 import ListStoresRequest
from superzol_schema.migration import REVISIONS
from tests.support.catalogue import Offer, Product, Store, fill
from tests.support.clients import CatalogClient

COOKIES, TEA, OTHER = "7290000066318", "7290000000008", "7290000000015"
ALIKE = [
    'ויסוצקי ש"ז',
    "ויסוצקי ש״ז",
    "ויסוצקי ש''ז",
    "וִיסוֹצְקִי שז",
    "\u200fויסוצקי־שז\u200f",
    "ויסוצקי-ש׳ז",
]


@pytest.fixture
async def shelf(catalog: CatalogClient, connection: asyncpg.Connection) -> CatalogClient:
    await fill(
        connection,
        Store("shop:1", city="תל אביב"),
        Product(COOKIES, "עוּגִיּוֹת־חמאה צ׳יפס", category_id="dairy.milk"),
        *(
            Product(f"shop:{code}", f"תה {code}", manufacturer=name, category_id="dairy.milk")
            for code, name in enumerate(ALIKE, 1)
        ),
        Product(OTHER, "קפה", manufacturer="ויסוצקי", category_id="dairy.milk"),
        *(Offer(f"shop:{code}", "shop:1", 500) for code in range(1, 7)),
    )
    return catalog


@pytest.mark.parametrize(
    "query",
    [
        "עוגיות",
        "עוּגִיּוֹת",
        "עוגיות חמאה",
        "עוגיות-חמאה",
        "עוגיות־חמאה",
        "\u202bעוגיות\u202c",
        "עוּגיות",
        "צ'יפס",
        "צ´יפס",
        "צʼיפס",
        "ציפס",
    ],
)
async def test_words_are_found_however_they_are_written(shelf: CatalogClient, query: str) -> None:
    answer = await shelf.SearchProducts(SearchProductsRequest(query=query))
    assert [product.product_id for product in answer.products] == [COOKIES]


@pytest.mark.parametrize("name", ALIKE)
async def test_a_manufacturer_is_one_however_it_is_written(shelf: CatalogClient, name: str) -> None:
    made = [f"shop:{code}" for code in range(1, len(ALIKE) + 1)]
    for limits in ({}, {"chain_id": "shop"}, {"category_id": "dairy"}):
        request = ListProductsRequest(manufacturer=name, include_total=True, **limits)  # type: ignore[arg-type]  # fields vary
        answer = await shelf.ListProducts(request)
        assert [product.product_id for product in answer.products] == made
        assert answer.total_size == len(made)
    found = await shelf.SearchProducts(SearchProductsRequest(query="תה", manufacturer=name))
    assert sorted(product.product_id for product in found.products) == made


async def test_walk_over_the_writings_of_a_manufacturer_sees_each_product_once(
    shelf: CatalogClient,
) -> None:
    seen, request = [], ListProductsRequest(manufacturer=ALIKE[0], page_size=2)
    while True:
        answer = await shelf.ListProducts(request)
        seen += [product.product_id for product in answer.products]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == [f"shop:{code}" for code in range(1, len(ALIKE) + 1)]


@pytest.mark.parametrize(
    "city", ["תל אביב", "תֵּל אָבִיב", "תל־אביב", "תל-אביב", "ת״א", "ת''א", "\u200fתל אביב"]
)
async def test_a_city_is_found_however_it_is_written(shelf: CatalogClient, city: str) -> None:
    answer = await shelf.ListStores(ListStoresRequest(city=city, chain_id="shop"))
    assert [store.store_id for store in answer.stores] == ["shop:1"]


async def test_names_stored_before_are_spelled_anew(connection: asyncpg.Connection) -> None:
    name = "שָׁלוֹם"
    await fill(
        connection,
        Store("shop:1"),
        Product(COOKIES, name, "אוֹסם", spellings=(("shop", name),)),
    )
    await connection.execute("UPDATE product SET search_name = 'ש ל ו מ'")
    revision = (REVISIONS / "0024_spell_hebrew_alike.sql").read_text()
    (update,) = re.findall(r"^UPDATE product\n.+?;", revision, re.M | re.S)
    await connection.execute(update)
    assert await connection.fetchval("SELECT search_name FROM product") == "שלומ שלומ אוסמ"


@pytest.mark.parametrize(
    "query", ["קוטג' 5% תנובה", "קוטג 5%תנובה", "תנובה קוטג %5", "קוטג5% תנוב", "קוטג 5 אחוז תנובה"]
)
async def test_percent_is_found_wherever_it_stands_and_glued_to_a_word(
    catalog: CatalogClient, connection: asyncpg.Connection, query: str
) -> None:
    alike = ["קוטג' 5% תנובה", "קוטג' 5%תנובה", "קוטג' %5 תנובה", "קוטג'5% תנובה", "קוטג 5 % תנובה"]
    others = ["קוטג' 15% תנובה", "קוטג' 9%תנובה", "קוטג' 5 תנובה"]
    names = enumerate(alike + others, 1)
    await fill(connection, *(Product(f"shop:{code}", name) for code, name in names))
    answer = await catalog.SearchProducts(SearchProductsRequest(query=query))
    assert sorted(product.name for product in answer.products) == sorted(alike)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("חמאה", ["חמאה מומלחת", "חמאת שום"]),
        ("חמאת", ["חמאת שום", "חמאה מומלחת"]),
        ("ביצים", ["ביצים גדולות", "ביצי קינדר"]),
        ("ביצי", ["ביצי קינדר", "ביצים גדולות"]),
        ("תות", ["תות", "תותים"]),
    ],
)
async def test_goods_named_by_the_form_before_a_noun_come_after_those_meant(
    catalog: CatalogClient, connection: asyncpg.Connection, query: str, names: list[str]
) -> None:
    every = ["חמאת שום", "חמאה מומלחת", "ביצי קינדר", "ביצים גדולות", "תותים", "תות"]
    await fill(connection, *(Product(f"shop:{code}", name) for code, name in enumerate(every, 1)))
    answer = await catalog.SearchProducts(SearchProductsRequest(query=query))
    assert [product.name for product in answer.products] == names


async def test_percents_stored_before_are_spelled_anew(connection: asyncpg.Connection) -> None:
    await fill(
        connection,
        Store("shop:1", city="100%חיפה"),
        Product(COOKIES, "קוטג' 5%תנובה", "%5תנובה"),
    )
    await connection.execute("UPDATE product SET search_name = 'קוטג 5%תנובה %5תנובה'")
    await connection.execute("UPDATE manufacturer_spelling SET search_name = '%5תנובה'")
    revision = (REVISIONS / "0038_spell_percents_alike.sql").read_text()
    for update in re.findall(r"^UPDATE \w+\n.+?;", revision, re.M | re.S):
        await connection.execute(update)
    found = await connection.fetchrow(
        "SELECT product.search_name, maker.search_name, store.search_city"
        " FROM product, manufacturer_spelling AS maker, store"
    )
    assert tuple(found or ()) == ("קוטג 5% תנובה 5% תנובה", "5% תנובה", "100% חיפה")
