"""SearchProducts."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from grpc import StatusCode

from superzol.catalog.v1.catalog_pb2 import SearchProductsRequest
from superzol_server.catalog.service import BEFORE_THE_BEST, SEARCH_PRODUCTS
from superzol_server.database import Limits
from tests.support.catalogue import Offer, Product, Store, fill, publish
from tests.support.clients import CatalogClient
from tests.support.server import reached, refusal, running_api

NAMES = {
    "1": "חלב תנובה 3% 1 ליטר",
    "2": "חלב טרה 1%",
    "3": "חלבה וניל",
    "4": "שוקולד חלב",
    "5": "דני חלבון שוקולד",
    "6": "מי עדן 1.5 ליטר",
    "7": "קולה זירו בקבוק",
    "8": "צ'יפס מקופל",
    "9": "Coca Cola Zero",
    "10": "יין אדום 50% הנחה",
    "11": "יין אדום 500 מל",
    "12": "ג׳ין a_b \\ c",
}
CATEGORIES = {"1": "dairy.milk", "2": "dairy.cream", "6": "snacks.salty"}


@pytest_asyncio.fixture
async def shelf(database: str, connection: asyncpg.Connection) -> AsyncIterator[CatalogClient]:
    products = [
        Product(f"shop:{code}", name, category_id=CATEGORIES.get(code))
        for code, name in NAMES.items()
    ]
    stores = [Store("shop:1"), Store("shop:2"), Store("other:1")]
    everywhere = [Offer("shop:2", store, 500) for store in ("shop:1", "shop:2")]
    await fill(connection, *stores, *products, *everywhere, Offer("shop:3", "shop:1", 900))
    async with running_api(database) as running:
        yield CatalogClient(running.channel)


async def search(shelf: CatalogClient, query: str, **fields: object) -> list[str]:
    request = SearchProductsRequest(query=query, **fields)  # type: ignore[arg-type]  # test data
    answer = await shelf.SearchProducts(request)
    return [product.product_id.removeprefix("shop:") for product in answer.products]


async def test_names_that_begin_with_the_word_come_first_then_words_then_beginnings(
    shelf: CatalogClient,
) -> None:
    # 2 is sold in more stores than 1, 3 in more than 5; 3 and 5 only hold beginnings.
    assert await search(shelf, "חלב") == ["2", "1", "4", "3", "5"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("חלב 3%", ["1"]),
        ("3% חלב", ["1"]),
        ("ליטר מי", ["6"]),
        ("חלבון דני", ["5"]),
        ("מי עדנ", ["6"]),
        ("מי עדן", ["6"]),
        ("מי עדן.", ["6"]),
        ("עדן. מי...", ["6"]),
        ("מי עדן 1.5 ל.", ["6"]),
        ("ציפס", ["8"]),
        ("צ׳יפס", ["8"]),
        ("ג'ין", ["12"]),
        ("COLA zero", ["9"]),
        ("col", ["9"]),
        ("1.5", ["6"]),
        ("1.5 ליט", ["6"]),
        ("50%", ["10"]),
        ("50", ["10", "11"]),
        ("%", None),
        ("יין %", ["10", "11"]),
        ("ליט חל", ["1"]),
        ("a_b", ["12"]),
        ("\\ c", ["9", "12"]),
        ("(.*) [a-z]+ יין", []),
        ("לב", []),
        ("ד", ["5"]),
        ("אין כזה", []),
    ],
)
async def test_every_word_must_occur_and_none_is_a_pattern(
    shelf: CatalogClient, query: str, found: list[str] | None
) -> None:
    if found is None:
        said = await refusal(shelf.SearchProducts(SearchProductsRequest(query=query)))
        assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["query"])
    else:
        assert sorted(await search(shelf, query), key=int) == found


@pytest.mark.parametrize("query", ["מטרנה שלב 2", "2 שלב מטרנה", "מטרנה שלב2", "2 מטרנה", "שלב 2"])
async def test_number_is_found_beside_a_word_or_glued_to_it(
    database: str, connection: asyncpg.Connection, query: str
) -> None:
    names = {"מטרנה גולד שלב2": 2, "מטרנה גולד שלב 2": 1, "מטרנה שלב 12": 1, "מטרנה שלב12": 1}
    (found,) = await search_of(database, connection, names, query)
    assert sorted(found) == ["מטרנה גולד שלב 2", "מטרנה גולד שלב2"]


async def test_filters_limit_what_is_found(shelf: CatalogClient) -> None:
    assert await search(shelf, "חלב", chain_id="shop") == ["2", "3"]
    assert await search(shelf, "חלב", chain_id="other") == []
    assert await search(shelf, "חלב", manufacturer="תנובה") == []
    assert await search(shelf, "חלב", weighted=True) == []
    assert len(await search(shelf, "חלב", weighted=False)) == 5


async def test_walk_in_pages_equals_one_page(shelf: CatalogClient) -> None:
    seen, request = [], SearchProductsRequest(query="חלב", page_size=2)
    while True:
        answer = await shelf.SearchProducts(request)
        seen += [product.product_id.removeprefix("shop:") for product in answer.products]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == ["2", "1", "4", "3", "5"]


async def test_page_after_a_publication_says_so(
    shelf: CatalogClient, connection: asyncpg.Connection
) -> None:
    request = SearchProductsRequest(query="חלב", page_size=2)
    first = await shelf.SearchProducts(request)
    await publish(connection)
    request.page_token = first.next_page_token
    second = await shelf.SearchProducts(request)
    assert (first.generation_changed, second.generation_changed) == (False, True)


@pytest.mark.parametrize("query", ["", "  ", "'!", "ח" * 201])
async def test_query_that_no_name_could_match_is_refused(shelf: CatalogClient, query: str) -> None:
    said = await refusal(shelf.SearchProducts(SearchProductsRequest(query=query)))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["query"])


async def test_a_repeated_word_counts_once(shelf: CatalogClient) -> None:
    # Names would not begin with the words, were the word kept twice.
    assert await search(shelf, "חלב " * 50) == ["2", "1", "4", "3", "5"]


@pytest.mark.parametrize("between", [" ", "-", "_", " '- "])
async def test_query_of_more_than_20_different_words_is_refused(
    shelf: CatalogClient, between: str
) -> None:
    words = [f"מ{number}" for number in range(21)]
    assert await search(shelf, between.join([*words[:20], *words[:10]])) == []
    query = between.join(words)
    said = await refusal(shelf.SearchProducts(SearchProductsRequest(query=query)))
    assert (said.code, said.reason) == (StatusCode.INVALID_ARGUMENT, "QUERY_WITH_TOO_MANY_WORDS")


async def test_quotes_do_not_part_the_words_that_are_counted(shelf: CatalogClient) -> None:
    assert await search(shelf, " ".join(f"{letter}'{letter}1" for letter in "abcdefghijkl")) == []


async def test_of_too_many_products_those_in_most_stores_are_found(
    database: str, connection: asyncpg.Connection
) -> None:
    stores = [Store(f"shop:{code}") for code in range(1, 4)]
    names = {"1": "חלב", "2": "חלב טרי", "3": "חלב מלא", "4": "חלב רזה"}
    products = [Product(f"shop:{code}", name) for code, name in names.items()]
    sold = {"1": 0, "2": 1, "3": 2, "4": 3}
    offers = [
        Offer(f"shop:{code}", f"shop:{n}", 500) for code in sold for n in range(1, sold[code] + 1)
    ]
    await fill(connection, *stores, *products, *offers)
    opened = await reached(database, Limits())
    chosen: tuple[object, ...] = ("ח", [], None, None, None, None)
    found = {
        most: await opened.fetch(SEARCH_PRODUCTS, *chosen, most, *BEFORE_THE_BEST, 10)
        for most in (4, 2)
    }
    await opened.close()
    identifiers = {most: [row["product_id"] for row in found[most].rows] for most in found}
    assert identifiers == {
        4: ["shop:4", "shop:3", "shop:2", "shop:1"],
        2: ["shop:4", "shop:3"],
    }


async def search_of(
    database: str, connection: asyncpg.Connection, names: dict[str, int], *queries: str
) -> list[list[str]]:
    """Names found for each query. names: with the number of stores that sell it."""
    stores = [Store(f"shop:{code}") for code in range(1, max(names.values()) + 1)]
    products = [Product(f"shop:{place}", name) for place, name in enumerate(names, 1)]
    offers = [
        Offer(f"shop:{place}", f"shop:{code}", 500)
        for place, sold in enumerate(names.values(), 1)
        for code in range(1, sold + 1)
    ]
    await fill(connection, *stores, *products, *offers)
    async with running_api(database) as running:
        client = CatalogClient(running.channel)
        answers = [
            await client.SearchProducts(SearchProductsRequest(query=query)) for query in queries
        ]
    return [[product.name for product in answer.products] for answer in answers]


async def test_name_that_is_the_words_comes_first_then_those_that_begin_with_the_first(
    database: str, connection: asyncpg.Connection
) -> None:
    names = {
        "רסק עגבניות שרי": 5,
        "עגבניות שרי": 1,
        "עגבניות שרי תמר": 2,
        "עגבניות מגי ושרי": 9,
        "עגבניות אשכול שרי": 4,
    }
    (found,) = await search_of(database, connection, names, "עגבניות שרי")
    assert found == ["עגבניות שרי", "עגבניות שרי תמר", "עגבניות אשכול שרי", "רסק עגבניות שרי"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("עגבניות", ["עגבניה", "עגבנית תמר"]),
        ("מלפפונים", ["מלפפון בייבי"]),
        ("מלפפון", ["מלפפון בייבי"]),
        ("ביצה", ["12 ביצים"]),
        ("ביצים", ["ביצי חופש", "12 ביצים"]),
        ("ירקות", ["ירק אורגני"]),
        ("תפוחי אדמה", ["תפוח אדמה"]),
        ("שקיות", ["שקית אשפה"]),
        ("מים", []),
        ("תות", []),
    ],
)
async def test_words_are_found_in_other_forms(
    database: str, connection: asyncpg.Connection, query: str, found: list[str]
) -> None:
    names = {
        "עגבניה": 2,
        "עגבנית תמר": 1,
        "מלפפון בייבי": 1,
        "12 ביצים": 2,
        "ביצי חופש": 1,
        "ירק אורגני": 1,
        "תפוח אדמה": 1,
        "שקית אשפה": 1,
        "עגבן": 1,
        "מה טוב": 1,
        "תה ירוק": 1,
    }
    assert await search_of(database, connection, names, query) == [found]


async def test_quantities_are_found_however_their_units_are_written(
    database: str, connection: asyncpg.Connection
) -> None:
    names = {
        "מים 1.5 ליטר": 9,
        "מים 1.5ל'": 8,
        "מים 6*1.5 לי": 7,
        'מים בקבוק1500 מ"ל': 6,
        "מים 11.5 ליטר": 5,
        'מים 1.5 ק"ג': 4,
        "מים 5 ליטר": 3,
        "מים 1.5 לימון": 2,
    }
    queries = ("מים 1.5ל", "1.5 ליטר מים", "1.50 ליטרים מים", "מים 1500מל", "מים 1.5 לי'")
    found = await search_of(database, connection, names, *queries)
    assert found == [list(names)[:4]] * len(queries)


@pytest.mark.parametrize(
    ("category_id", "found"), [("dairy", ["1", "2"]), ("dairy.milk", ["1"]), ("snacks", [])]
)
async def test_category_or_department_limits_what_is_found(
    shelf: CatalogClient, category_id: str, found: list[str]
) -> None:
    assert sorted(await search(shelf, "חלב", category_id=category_id)) == found


async def test_unknown_category_is_not_found(shelf: CatalogClient) -> None:
    request = SearchProductsRequest(query="חלב", category_id="dairy.moon")
    said = await refusal(shelf.SearchProducts(request))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, "CATEGORY_NOT_FOUND")


async def test_unknown_chain_is_not_found(shelf: CatalogClient) -> None:
    request = SearchProductsRequest(query="חלב", chain_id="nowhere")
    said = await refusal(shelf.SearchProducts(request))
    assert said.reason == "CHAIN_NOT_FOUND"
