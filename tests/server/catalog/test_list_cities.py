"""ListCities."""

import asyncpg

from superzol.catalog.v1.store_pb2 import City, ListCitiesRequest
from tests.support.catalogue import Store, fill
from tests.support.clients import CatalogClient

CITIES = [
    City(name="", city_code="99999", store_count=1),
    City(name="ירושלים", city_code="3000", store_count=2),
    City(name="תל אביב-יפו", city_code="5000", store_count=4),
]


async def add_stores(connection: asyncpg.Connection) -> None:
    await fill(
        connection,
        Store("victory:2", city="ירושלים", city_code="3000"),
        Store("victory:3", city='תל א"ביב'),
        Store("victory:4", city_code="99999"),
        Store("victory:5", city="תל אביב"),
    )


async def test_city_is_one_however_it_is_spelt(
    catalog: CatalogClient, connection: asyncpg.Connection
) -> None:
    await add_stores(connection)
    answer = await catalog.ListCities(ListCitiesRequest(include_total=True))
    assert list(answer.cities) == CITIES
    assert answer.total_size == len(CITIES)


async def test_city_without_a_letter_is_none(
    catalog: CatalogClient, connection: asyncpg.Connection
) -> None:
    await add_stores(connection)
    await fill(connection, Store("victory:6", city="--"), Store("victory:7", city="?"))
    answer = await catalog.ListCities(ListCitiesRequest(include_total=True))
    assert list(answer.cities) == CITIES
    assert answer.total_size == len(CITIES)


async def test_walk_sees_every_city_once(
    catalog: CatalogClient, connection: asyncpg.Connection
) -> None:
    await add_stores(connection)
    seen: list[City] = []
    request = ListCitiesRequest(page_size=1)
    while True:
        answer = await catalog.ListCities(request)
        seen += answer.cities
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert seen == CITIES
