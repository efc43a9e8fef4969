"""What a price is for a quantity that compares across packages and chains."""

from typing import NamedTuple

GRAM, MILLILITRE = 1, 2  # of product.net_unit; the bases have the numbers of their units
KILOGRAM, HUNDRED, ONE = 1_000_000, 100_000, 1000  # thousandths


class Measure(NamedTuple):
    """What one package of a product holds, in thousandths of the unit; None where not known.

    weighted: most chains sell it by weight.
    """

    weighted: bool
    net_quantity: int | None
    net_unit: int | None


class UnitPrice(NamedTuple):
    """Agorot for the base, a number of UnitBase; zeros where not known."""

    unit_price_agorot: float = 0.0
    unit_base: int = 0


def unit_price(price_agorot: int, weighted: bool, measure: Measure) -> UnitPrice:
    """Returns the price of 100 g, 100 ml, a piece or a metre; weighted: the price is by kilogram.

    A store that sells in packages what others sell by weight does not say what a package holds.
    """
    if not price_agorot:
        return UnitPrice()
    if weighted:
        return UnitPrice(price_agorot * HUNDRED / KILOGRAM, GRAM)
    if measure.weighted or not measure.net_quantity or not measure.net_unit:
        return UnitPrice()
    base = HUNDRED if measure.net_unit in (GRAM, MILLILITRE) else ONE
    return UnitPrice(price_agorot * base / measure.net_quantity, measure.net_unit)
