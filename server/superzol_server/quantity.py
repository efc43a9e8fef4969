"""How much of a product a request may ask for."""

from superzol_server.errors import InvalidRequest

LARGEST_QUANTITY = 10_000


def check_quantity(quantity: float, field: str) -> None:
    """Raises InvalidRequest for a quantity below 0, which means 1, or above the largest."""
    # Written so that NaN, which compares false with everything, is refused.
    if not 0 <= quantity <= LARGEST_QUANTITY:
        raise InvalidRequest(
            field,
            f"must be above 0, or 0 for 1, and at most {LARGEST_QUANTITY:,}, not {quantity}",
            "QUANTITY_OUT_OF_RANGE",
        )
