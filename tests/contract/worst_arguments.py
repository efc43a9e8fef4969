"""What each statement is measured with: the dearest calls a client can make on million_offers.sql.

Products 1 to 1000 are in all 300 stores; number 1 also has a price change in every version.
"""

Argument = str | int | bool | list[str] | None


def product_id(number: int) -> str:
    """Returns the identifier of the product that million_offers.sql made as this number."""
    return str(7290100000000 + number * 7919 % 25000 * 10)


EVERYWHERE = product_id(1)
PAGE, LARGEST_PAGE = 21, 1001
BASKET = [product_id(number) for number in range(1, 21)]
LARGEST_BASKET = [product_id(number) for number in range(1, 101)]
CHAINS = [f"chain_{number}" for number in range(1, 6)]
STORES = [f"{chain_id}:{code}" for chain_id in CHAINS for code in range(1, 61)]

WORST_ARGUMENTS: dict[str, list[tuple[Argument, ...]]] = {
    "compare_basket": [
        (BASKET, None, CHAINS[:3], None),
        (BASKET, None, None, "חיפה"),
        (LARGEST_BASKET, STORES, CHAINS, None),
    ],
    "get_generation": [()],
    "get_price": [(EVERYWHERE, "chain_3:17")],
    "list_price_history": [
        (EVERYWHERE, "chain_3:17", 2**31 - 1, PAGE),
        (EVERYWHERE, "chain_3:17", 30, LARGEST_PAGE),
    ],
    "list_prices_of_chain": [
        ("chain_3", "", "", PAGE),
        ("chain_3", EVERYWHERE, "chain_3:17", LARGEST_PAGE),
    ],
    "list_prices_of_product": [
        (EVERYWHERE, None, None, 0, -(2**31), "", PAGE),
        (EVERYWHERE, None, None, -1, -200, "chain_3:17", LARGEST_PAGE),
        (EVERYWHERE, "chain_3", None, 1, -(2**31), "", LARGEST_PAGE),
        (EVERYWHERE, None, "chain_3:17", 0, -(2**31), "", PAGE),
    ],
    "list_prices_of_store": [
        ("chain_3:17", None, "", PAGE),
        ("chain_3:17", "chain_3", EVERYWHERE, LARGEST_PAGE),
    ],
    "count_prices_of_chain": [("chain_3",)],
    "count_prices_of_product": [(EVERYWHERE, None, None), (EVERYWHERE, "chain_3", STORES[0])],
    "count_prices_of_store": [("chain_3:17", None), ("chain_3:17", "chain_4")],
    "find_identifiers": [(EVERYWHERE, "chain_3:17", "chain_3")],
}
