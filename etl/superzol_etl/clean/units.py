"""Units that chains write, in their fields and in names."""

import re
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from typing import NamedTuple

from superzol_etl.clean.amounts import NUMBER

THOUSAND = 1000
KILO = 1000 * THOUSAND
LEAST = 1 * THOUSAND  # "1 g" stands for not known; a lipstick of 1.4 g is sold
MOST = 50 * KILO  # 50 kg or 50 l: more is a wrong unit
MOST_COUNTED = 10_000 * THOUSAND

NOT_LETTERS = re.compile("[^a-zא-ת]")


class Unit(IntEnum):
    """What net quantities count."""

    GRAM = 1
    MILLILITRE = 2
    PIECE = 3
    METRE = 4


class Spelled(NamedTuple):
    """A unit, and how many thousandths of it one as written is."""

    unit: Unit
    scale: int


class Amount(NamedTuple):
    """So many thousandths of a unit."""

    thousandths: int
    unit: Unit


# In lower case, without quotes and digits: the base "100 g" is its unit.
IN_NAMES = {
    Spelled(Unit.GRAM, THOUSAND): "גרמים גרם גר ג grams gram gr g",
    Spelled(Unit.GRAM, KILO): "קילוגרם קילו קג kg",
    Spelled(Unit.MILLILITRE, THOUSAND): "מיליליטר מל סמק ml cc",
    Spelled(Unit.MILLILITRE, KILO): "ליטרים ליטר לטר ליט ל lt l",
}
IN_FIELDS = {
    Spelled(Unit.GRAM, 1): "מג מיליגרם mg",
    Spelled(Unit.GRAM, KILO): "קילוגרמים קילוג לקג",
    Spelled(Unit.MILLILITRE, THOUSAND): "מיליליטרים",
    Spelled(Unit.PIECE, THOUSAND): "יחידות יחידה יחי יח units unit pcs",
    Spelled(Unit.METRE, THOUSAND): "מטרים מטר מ m",
}


def _by_word(tables: list[dict[Spelled, str]]) -> dict[str, Spelled]:
    return {
        word: spelled
        for table in tables
        for spelled, words in table.items()
        for word in words.split()
    }


NAME_UNITS = _by_word([IN_NAMES])
FIELD_UNITS = _by_word([IN_NAMES, IN_FIELDS])


def read_amount(quantity: str | None, *units: str | None) -> Amount | None:
    """What a number says in the first of these units that is one; None where it is absurd.

    Chains write "metres" where the base is 100 ml, of 143 goods none of which has a length.
    """
    text = (quantity or "").strip()
    told = [spelled for unit in units if (spelled := _spelled(unit))]
    if not told or not NUMBER.fullmatch(text):
        return None
    is_volume = told[0].unit is Unit.METRE and told[-1].unit is Unit.MILLILITRE
    return sensible(Decimal(text), told[-1] if is_volume else told[0])


def is_metre(unit: str | None) -> bool:
    """The field names metres."""
    spelled = _spelled(unit)
    return spelled is not None and spelled.unit is Unit.METRE


def _spelled(unit: str | None) -> Spelled | None:
    return FIELD_UNITS.get(NOT_LETTERS.sub("", (unit or "").lower()))


def sensible(number: Decimal, spelled: Spelled) -> Amount | None:
    """The amount, if a shop could sell it: neither next to nothing nor tons, pieces whole."""
    value = int((number * spelled.scale).quantize(Decimal(1), ROUND_HALF_UP))
    match spelled.unit:
        case Unit.PIECE:
            is_good = 0 < value <= MOST_COUNTED and value % THOUSAND == 0
        case Unit.METRE:
            is_good = 0 < value <= MOST_COUNTED
        case _:
            is_good = LEAST < value <= MOST
    return Amount(value, spelled.unit) if is_good else None
