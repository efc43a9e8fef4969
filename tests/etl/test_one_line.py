"""Names in several lines, as a quoted cell may hold them, are served in one."""

import asyncpg

from superzol.catalog.v1.catalog_pb2 import SearchProductsRequest
from tests.support.clients import CatalogClient
from tests.support.server import running_api
from tests.support.snapshots import Chain, Item, Promo, full, prices_csv, promotions_csv, stores_csv

MILK, BREAD = "7290004131074", "7290000066318"


def files() -> dict[str, bytes]:
    goods = full(
        Item(MILK, "6.20", "חלב\u200f  תנובה\nטרי"), Item(BREAD, "9.90", "לח\u202bם\u202c")
    )
    told = promotions_csv("PromoFull", [("1", "202606010600", [Promo("77", [MILK], "5.00")])])
    return {
        "price_full_file_alpha.csv": prices_csv("PriceFull", [goods]),
        "promo_full_file_alpha.csv": told.replace("מבצע 77".encode(), '"מבצע\n 77"'.encode()),
        "store_file_alpha.csv": stores_csv("202606010500", [("1", "סניף\nראשי", "\u200fבני  ברק")]),
    }


async def test_products_stores_cities_and_promotions_are_called_in_one_line(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    outcome = chain.load_files(files())
    assert outcome.summary["result"] == "Loaded", outcome.stderr
    told = [
        await connection.fetchval(query)
        for query in (
            "SELECT array_agg(name ORDER BY name) FROM product",
            "SELECT array_agg(name ORDER BY name) FROM product_in_chain",
            "SELECT array_agg(description) FROM promotion",
            "SELECT ARRAY[name, city] FROM store",
        )
    ]
    assert told == [
        ["חלב תנובה טרי", "לחם"],
        ["חלב תנובה טרי", "לחם"],
        ["מבצע 77"],
        ["סניף ראשי", "בני ברק"],
    ]


async def test_marks_of_direction_split_and_hide_nothing(chain: Chain, database: str) -> None:
    chain.load_files(files())
    async with running_api(database) as running:
        catalog = CatalogClient(running.channel)
        found = {
            query: await catalog.SearchProducts(SearchProductsRequest(query=query))
            for query in ("לחם", "ל\u200fחם", "חלב תנובה", "חלב\u202b תנובה")
        }
    assert [[each.product_id for each in answer.products] for answer in found.values()] == [
        [BREAD], [BREAD], [MILK], [MILK]
    ]  # fmt: skip
