"""How much of a product a request may ask for."""

from math import floor

from superzol_server.errors import InvalidRequest

ONE = 1000  # a unit or a kilogram in thousandths, in which quantities are counted
LARGEST_QUANTITY = 10_000


def read_quantity(quantity: float, field: str) -> int:
    """Returns thousandths of a unit or kilogram, to the nearest, 0 meaning one.

    Raises InvalidRequest below 0.001 or above the largest.
    """
    # Written so that NaN, which compares false with everything, is refused.
    if 0 <= quantity <= LARGEST_QUANTITY:
        thousandths = floor(quantity * ONE + 0.5)
        if thousandths or not quantity:
            return thousandths or ONE
    raise InvalidRequest(
        field,
        f"must be 0.001 to {LARGEST_QUANTITY:,}, or 0 for 1, not {quantity}",
        "QUANTITY_OUT_OF_RANGE",
    )


def check_whole(thousandths: int, field: str, product_id: str) -> None:
    """Raises InvalidRequest for a fraction of a product that is not sold by weight."""
    if thousandths % ONE:
        raise InvalidRequest(
            field,
            f"must be whole: product {product_id} is not sold by weight",
            "QUANTITY_NOT_WHOLE",
        )
