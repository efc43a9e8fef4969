"""What each statement is measured with: the dearest calls a client can make on million_offers.sql.

Products 1 to 1000 are in all 300 stores; number 1 also has a price change in every version.
"""

from datetime import date, timedelta

from superzol_server.catalog.service import MOST_PRODUCTS_RANKED
from superzol_server.catalog.words import read_words
from superzol_server.dataset.service import PUBLICATIONS, RAW_LENGTH
from superzol_server.known_words import NAMES_AT_ONCE
from superzol_server.unseen import LEFT_OUT_DAYS, NEVER

Argument = str | int | float | bool | list[str] | None


def product_id(number: int) -> str:
    """Returns the identifier of the product that million_offers.sql made as this number."""
    return str(7290100000000 + number * 7919 % 25000 * 10)


EVERYWHERE = product_id(1)
PAGE, LARGEST_PAGE = 21, 1001
BASKET = [product_id(number) for number in range(1, 21)]
LARGEST_BATCH = [product_id(number) for number in range(1, 201)]
LARGEST_BASKET = [product_id(number) for number in range(1, 101)]
CHAINS = [f"chain_{number}" for number in range(1, 6)]
STORES = [f"{chain_id}:{code}" for chain_id in CHAINS for code in range(1, 61)]

EARLY, MIDDLE = "2025-11-23 12:00+00", "2025-12-10 12:00+00"
DEPARTMENT = "dairy"
EVERY = (None,) * 6  # no limit by city, price, day of observation and category
HAIFA = ("חיפה", 1, 9999, EARLY, "2030-01-01 00:00+00", DEPARTMENT)
LOWEST, LAST = -(2**31), 1e300
START, SEEN = (-LAST, "", "", ""), (EVERYWHERE, "chain_3:17")  # the first page, or one after these
BY_IDENTIFIER = (0, False, False, LAST)
MIDNIGHTS = [f"{date(2025, 11, 20) + timedelta(days=day)} 00:00+02" for day in range(401)]
HOLDING, LONG_GONE = "2026-01-15 12:00+00", "2001-01-01 00:00+00"

DATASET, RUN = "israeli-supermarkets", "run-40"
BEFORE_THE_BEST = (-1, 0, 0, "")


def search(
    query: str,
    chain_id: str | None = None,
    manufacturer: str | None = None,
    weighted: bool | None = None,
    category_id: str | None = None,
    limit: int = PAGE,
) -> tuple[Argument, ...]:
    """Returns the arguments of a search, of its first page."""
    filters = chain_id, manufacturer, weighted, category_id
    return *read_words(query), *filters, MOST_PRODUCTS_RANKED, *BEFORE_THE_BEST, limit


WORST_ARGUMENTS: dict[str, list[tuple[Argument, ...]]] = {
    "batch_get_products": [(LARGEST_BATCH, len(LARGEST_BATCH))],
    "compare_basket": [
        (BASKET, None, CHAINS[:3], None, LEFT_OUT_DAYS),
        (BASKET, None, None, "חיפה", LEFT_OUT_DAYS),
        (LARGEST_BASKET, STORES, CHAINS, None, NEVER),
    ],
    "compare_basket_promotions": [
        (BASKET, STORES[:30], [], [], HOLDING),
        (LARGEST_BASKET, STORES, ["1"], ["chain_3:1"], HOLDING),
    ],
    "compare_prices": [
        (LARGEST_BASKET, None, None, None, None, "chain", 14),
        (LARGEST_BASKET, None, None, None, EARLY, "store", 14),
        (BASKET, STORES, CHAINS, "חיפה", MIDDLE, "city", 14),
    ],
    "get_price_trend": [
        (LARGEST_BASKET, None, MIDNIGHTS[:43], LEFT_OUT_DAYS),
        ([EVERYWHERE], ["chain_3"], MIDNIGHTS, LEFT_OUT_DAYS),
    ],
    "get_price_trend_of_category": [("dairy.milk", None, MIDNIGHTS[:43], LEFT_OUT_DAYS)],
    "get_dataset": [(DATASET,)],
    "get_condition": [()],
    "get_generation": [()],
    "find_discounts": [
        (BASKET, ["chain_3:17"] * 20, None, HOLDING),
        ([product_id(number) for number in range(1, 1001)], ["chain_3:17"] * 1000, None, HOLDING),
        ([EVERYWHERE] * 300, STORES, EARLY, HOLDING),
    ],
    "find_weighing_chains": [(LARGEST_BASKET, None), (LARGEST_BASKET, CHAINS)],
    "find_versions": [(MIDDLE, None), (EARLY, "chain_3")],
    "get_price": [
        (EVERYWHERE, "chain_3:17", None, HOLDING),
        (EVERYWHERE, "chain_3:17", EARLY, HOLDING),
    ],
    "get_price_quote": [
        (EVERYWHERE, "chain_3:17", None),
        (EVERYWHERE, "chain_3:17", EARLY),
    ],
    "get_product": [(EVERYWHERE,)],
    "get_run": [(RUN,)],
    "get_run_files": [(RUN,)],
    "get_run_stages": [(RUN,)],
    "get_stats": [()],
    "get_store": [("chain_3:17",)],
    "watch_generations": [(DATASET, 0, PUBLICATIONS)],
    "list_cheapest_stores": [
        ("dairy.milk", None, "חיפה", LEFT_OUT_DAYS, 2),
        ("dairy", CHAINS[:3], None, LEFT_OUT_DAYS, 2),
        ("dairy", CHAINS, None, NEVER, 2),
    ],
    "list_categories": [(None, "", LARGEST_PAGE), ("dairy", "", PAGE)],
    "list_chains": [("", PAGE), ("", LARGEST_PAGE)],
    "list_cities": [("", PAGE), ("", LARGEST_PAGE)],
    "list_manufacturers": [("", PAGE), ("", LARGEST_PAGE)],
    "list_dataset_versions": [(DATASET, 32767, PAGE), (DATASET, 32767, LARGEST_PAGE)],
    "list_coverage": [(DATASET, "", PAGE), (DATASET, "", LARGEST_PAGE)],
    "list_rejects": [
        (RUN, None, None, RAW_LENGTH, "", 0, LARGEST_PAGE),
        (RUN, None, "no_such_reason", RAW_LENGTH, "", 0, PAGE),
    ],
    "list_runs": [
        (None, None, "infinity", "", PAGE),
        (DATASET, "failed", "infinity", "", PAGE),
        (DATASET, None, "2025-12-20", "", LARGEST_PAGE),
    ],
    "list_price_history": [
        (EVERYWHERE, "chain_3:17", 2**31 - 1, 2**31 - 1, PAGE),
        (EVERYWHERE, "chain_3:17", 35, 30, LARGEST_PAGE),
    ],
    "list_products": [(None, None, None, None, "", PAGE), (None, None, True, None, "", PAGE)],
    "list_products_of_category": [
        (None, None, None, "dairy", "", PAGE),
        ("chain_3", None, True, "dairy.milk", "", PAGE),
        ("chain_3", None, None, "dairy", EVERYWHERE, PAGE),
    ],
    "list_products_of_chain": [
        ("chain_3", None, None, None, "", PAGE),
        ("chain_3", None, True, None, EVERYWHERE, PAGE),
    ],
    "list_products_of_manufacturer": [
        (None, "תנובה", None, None, "", PAGE),
        ("chain_3", "תנובה", True, None, "", PAGE),
        (None, "תנובה", None, "dairy", "", PAGE),
    ],
    "list_stores": [
        (None, None, None, None, "", PAGE),
        (None, "חיפה", None, None, "", LARGEST_PAGE),
        ("chain_3", "חיפה", 1, "הרצל 1", "", PAGE),
    ],
    "lookup_product": [(EVERYWHERE, 1000)],
    "list_prices_of_chain": [
        ("chain_3", LEFT_OUT_DAYS, "", "", PAGE),
        ("chain_3", LEFT_OUT_DAYS, EVERYWHERE, "chain_3:17", LARGEST_PAGE),
    ],
    "list_prices_of_stores": [
        ("chain_3", "חיפה", *EVERY[1:], None, LEFT_OUT_DAYS, *BY_IDENTIFIER, *START, PAGE),
        ("chain_3", *EVERY, EARLY, LEFT_OUT_DAYS, *BY_IDENTIFIER, *START, PAGE),
        ("chain_3", *HAIFA, MIDDLE, LEFT_OUT_DAYS, *BY_IDENTIFIER, 0, "", *SEEN, LARGEST_PAGE),
        ("chain_3", None, 9**9, *EVERY[2:], EARLY, NEVER, *BY_IDENTIFIER, *START, LARGEST_PAGE),
        ("chain_3", *EVERY, None, LEFT_OUT_DAYS, 1, False, False, LAST, *START, PAGE),
        ("chain_3", *EVERY, None, NEVER, -1, False, False, LAST, -2500, "", *SEEN, LARGEST_PAGE),
        ("chain_3", *EVERY, None, LEFT_OUT_DAYS, 0, False, True, LAST, *START, PAGE),
        ("chain_3", *HAIFA, None, LEFT_OUT_DAYS, 1, True, False, LAST, *START, LARGEST_PAGE),
        ("chain_3", *EVERY, EARLY, LEFT_OUT_DAYS, -1, True, False, LAST, *START, PAGE),
        (None, *HAIFA, EARLY, LEFT_OUT_DAYS, 1, False, False, LAST, *START, LARGEST_PAGE),
    ],
    "list_prices_of_product": [
        (EVERYWHERE, None, None, *EVERY, LEFT_OUT_DAYS, 0, False, LAST, LOWEST, "", PAGE),
        (EVERYWHERE, None, None, *HAIFA, LEFT_OUT_DAYS, -1, True, LAST, -200, *STORES[:1], PAGE),
        (
            EVERYWHERE,
            "chain_3",
            None,
            *EVERY,
            LEFT_OUT_DAYS,
            1,
            True,
            LAST,
            LOWEST,
            "",
            LARGEST_PAGE,
        ),
        (EVERYWHERE, None, "chain_3:17", *EVERY, LEFT_OUT_DAYS, 0, False, LAST, LOWEST, "", PAGE),
    ],
    "list_prices_of_product_as_of": [
        (EVERYWHERE, None, None, *EVERY, EARLY, 1, True, LAST, LOWEST, "", LARGEST_PAGE),
        (EVERYWHERE, "chain_3", "chain_3:17", *HAIFA, MIDDLE, 0, False, LAST, LOWEST, "", PAGE),
    ],
    "list_prices_of_shelf": [
        ("chain_3:17", None, *EVERY, None, 1, False, False, LAST, *START[:3], PAGE),
        ("chain_3:17", "chain_3", *EVERY, None, 0, False, True, LAST, *START[:3], LARGEST_PAGE),
        ("chain_3:17", None, *EVERY, EARLY, -1, True, False, LAST, *START[:3], LARGEST_PAGE),
    ],
    "list_prices_of_shelves": [
        ("chain_3:17", None, *EVERY, NEVER, 1, LOWEST, "", "", PAGE),
        (None, None, "חיפה", *EVERY[2:], "dairy.milk", LEFT_OUT_DAYS, 1, LOWEST, "", "", PAGE),
        (
            None,
            None,
            "חיפה",
            *EVERY[2:],
            DEPARTMENT,
            LEFT_OUT_DAYS,
            -1,
            LOWEST,
            "",
            "",
            LARGEST_PAGE,
        ),
        (None, None, "חיפה", *EVERY[2:], DEPARTMENT, LEFT_OUT_DAYS, 0, LOWEST, "", "", PAGE),
        (None, "chain_3", *HAIFA, LEFT_OUT_DAYS, 1, LOWEST, "", "", PAGE),
    ],
    "list_prices_of_store": [
        ("chain_3:17", None, "", PAGE),
        ("chain_3:17", "chain_3", EVERYWHERE, LARGEST_PAGE),
    ],
    "list_promotions_of_chain": [
        ("chain_3", None, HOLDING, None, "", "", PAGE),
        ("chain_3", "chain_3:17", HOLDING, None, "", "", LARGEST_PAGE),
        ("chain_3", "chain_3:17", HOLDING, MIDDLE, "", "", LARGEST_PAGE),
        ("chain_3", None, LONG_GONE, EARLY, "", "", PAGE),
    ],
    "list_promotions_of_product": [
        (EVERYWHERE, None, None, HOLDING, None, "", "", PAGE),
        (EVERYWHERE, None, None, HOLDING, EARLY, "", "", LARGEST_PAGE),
        (EVERYWHERE, "chain_3", "chain_3:17", HOLDING, None, "", "", LARGEST_PAGE),
    ],
    "count_prices_of_chain": [("chain_3", LEFT_OUT_DAYS)],
    "count_prices_of_stores": [
        ("chain_3", *EVERY, None, LEFT_OUT_DAYS),
        ("chain_3", *HAIFA, EARLY, LEFT_OUT_DAYS),
        (None, *HAIFA, EARLY, LEFT_OUT_DAYS),
    ],
    "count_prices_of_product": [
        (EVERYWHERE, None, None, *EVERY, LEFT_OUT_DAYS),
        (EVERYWHERE, "chain_3", STORES[0], *HAIFA, NEVER),
    ],
    "count_prices_of_product_as_of": [
        (EVERYWHERE, None, None, *EVERY, EARLY),
        (EVERYWHERE, "chain_3", STORES[0], *HAIFA, MIDDLE),
    ],
    "count_prices_of_shelves": [
        ("chain_3:17", None, *EVERY, NEVER),
        (None, None, "חיפה", *EVERY[2:], DEPARTMENT, LEFT_OUT_DAYS),
        (None, "chain_3", *EVERY[1:], DEPARTMENT, LEFT_OUT_DAYS),
    ],
    "count_prices_of_shelf": [
        ("chain_3:17", None, *EVERY, None),
        ("chain_3:17", "chain_3", *EVERY, EARLY),
    ],
    "count_prices_of_store": [("chain_3:17", None), ("chain_3:17", "chain_4")],
    "count_categories": [(None,), ("dairy",)],
    "count_chains": [()],
    "count_products": [
        (None, None, None, None),
        ("chain_3", None, False, None),
        (None, "תנובה", None, None),
        ("chain_3", "תנובה", False, "dairy"),
        (None, None, None, "dairy"),
    ],
    "count_cities": [()],
    "count_manufacturers": [()],
    "count_stores": [(None, None, None, None), ("chain_3", "חיפה", 1, "הרצל 1")],
    "find_category": [("dairy.milk",)],
    "find_chain": [("chain_3",)],
    "find_identifiers": [(EVERYWHERE, "chain_3:17", "chain_3", "חיפה", DEPARTMENT)],
    "read_names": [(0, NAMES_AT_ONCE)],
    "search_products": [
        search("חלב"),
        search("ביצים 1 יח"),
        search("1 ליטר"),
        search("חלב תנובה", chain_id="chain_3", weighted=False),
        search("תנובה 12", manufacturer="תנובה", category_id="dairy"),
        search("ג", limit=LARGEST_PAGE),
    ],
}
