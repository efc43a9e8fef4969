"""A small catalogue, served: two chains, five stores, milk and what is like it."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest_asyncio

from tests.support.catalogue import Chain, Offer, Product, Store, Version, fill
from tests.support.clients import CatalogClient
from tests.support.server import running_api

MILK, HALVA, CHOCOLATE = "7290004131074", "7290010000012", "7290010000029"


FACTS = (
    Chain("rami_levy", "רמי לוי"),
    Store(
        "rami_levy:39",
        "סניף תלפיות",
        "ירושלים",
        legal_id="7290058140886",
        address="יד חרוצים 9",
    ),
    Store("rami_levy:4", "רמי לוי אונליין", kind=2, legal_id="7290058140887"),
    Store("rami_levy:51", None, "תל-אביב", legal_id="7290058140886"),
    Store("victory:1", "ויקטורי לוינסקי", "תל אביב"),
    Chain("zol", "זול"),
    Product(
        MILK,
        "חלב תנובה 3% 1 ליטר",
        "תנובה",
        "IL",
        net_quantity=1_000_000,
        net_unit=2,
        spellings=(
            ("rami_levy", "חלב טרי 3%"),
            ("victory", "חלב תנובה 3% 1 ליטר"),
            ("zol", "חלב 3% קרטון"),
        ),
        category_id="dairy.milk",
    ),
    Product(HALVA, "חלבה וניל", "אחוה", category_id="snacks.candy_gum"),
    Product(CHOCOLATE, "שוקולד חלב 100 גרם", "עלית", category_id="snacks.chocolate"),
    Product("rami_levy:12", "עגבניות", weighted=True),
    Product("victory:12", "בננה", weighted=True),
    Offer(MILK, "rami_levy:39", 620),
    Offer(MILK, "rami_levy:4", 640),
    Offer(MILK, "victory:1", 691),
    Offer(HALVA, "victory:1", 1500),
    Offer(CHOCOLATE, "rami_levy:39", 550),
    Offer("rami_levy:12", "rami_levy:39", 790, flags=8),
    Offer("victory:12", "victory:1", 0, flags=9),
    Version(1, date(2026, 3, 2)),
)


@pytest_asyncio.fixture
async def catalog(database: str, connection: asyncpg.Connection) -> AsyncIterator[CatalogClient]:
    await fill(connection, *FACTS)
    async with running_api(database) as running:
        yield CatalogClient(running.channel)
