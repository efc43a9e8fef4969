"""What the name of a good says of its weight, volume, pieces and length.

What two readings fit is not told. Measured on the feeds: `12*290 g` of pickles is a carton while
the price is for one jar, `8*150 g` of yoghurt is sold as such, `4*3 kg` never is; a four-pack of
soap tells the weight of all, one of tuna that of a tin; a jug of 2 l holds what is not sold; chains
cut names at 20 letters, which makes 32 rolls `32 g`.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from superzol_etl.clean.units import (
    KILO,
    NAME_UNITS,
    THOUSAND,
    Amount,
    Spelled,
    Unit,
    sensible,
)

NUMBER = r"([0-9]{1,5}(?:\.[0-9]{1,3})?)"
UNIT = "(" + "|".join(sorted(NAME_UNITS, key=len, reverse=True)) + r")(?![a-z0-9א-ת])"
TIMES = r" *[*x×] *"
# The number does not begin further left: it is no end of a range, fraction, product or decimal.
ALONE = r"(?<![0-9.,/%*x×+])(?<![0-9]-)"
MULTIPLIED = re.compile(rf"{ALONE}{NUMBER} *(?:יח[א-ת]*)?{TIMES}{NUMBER} *{UNIT}")
REPEATED = re.compile(rf"{ALONE}{NUMBER} *{UNIT}{TIMES}([0-9]{{1,3}})(?![0-9.])")
MEASURED = re.compile(rf"{ALONE}{NUMBER} *{UNIT}")
COUNTED = (
    "יחידות|יחידה|יחי|יח|שקיקים|שקיות|טבליות|כמוסות|קפסולות|קפליות|גלילים|מגבונים|מטליות|ביצים"
    "|להבים|סכינים"
)
COUNT = re.compile(rf"{ALONE}([0-9]{{1,4}}) *(?:{COUNTED})(?![a-z0-9א-ת])")
METRES = re.compile(rf"{ALONE}{NUMBER} *מטר(?:ים)?(?![a-z0-9א-ת])")
PACKS = {"תריסר": 12, "שישי": 6, "רביעי": 4, "שלישי": 3}  # begin words such as six-pack
PAIRS = ("זוג", "צמד")
# Of what begins so a volume is what goes in; of eggs it is their size, L.
HOLDERS = (
    "^(?:כוס|כוסות|קנקן|סיר|תבנית|קערת|קערה|צלחת|בקבוק|קופסת אחסון|קופסאות אחסון|קופסאת אחסון"
    r"|ביצים)\b"
)
HOLDS = re.compile(HOLDERS)
LEAST_NAMED = 3 * THOUSAND  # less is litres or kilograms written as millilitres or grams
LEAST_OF_SEVERAL = 10 * THOUSAND
MOST_PIECES = 1000
MOST_IN_COUNT_FIRST = 1250 * THOUSAND  # more grams than eight yoghurts are a carton

# The parts of a name that read_name looks at: numbers with the word behind, and words for packs.
PHRASE = rf"{HOLDERS}|[*x×]? *[0-9][0-9.,/%*x×+ -]*[a-zא-ת]*|{'|'.join([*PACKS, *PAIRS])}"


class Named(NamedTuple):
    """What a name says.

    content: weight or volume of the whole package; pieces: into how many it is parted, None where
    not told. counted: pieces or metres.
    """

    content: Amount | None = None
    pieces: int | None = None
    counted: Amount | None = None


def read_name(name: str) -> Named:
    """name: in lower case without quotes, or its phrases."""
    content, pieces = _read_content(name)
    counted = _read_count(name)
    if content and _is_of_something_else(name, content, counted):
        return Named(counted=counted)
    return Named(content, pieces, counted)


def _is_of_something_else(name: str, content: Amount, counted: Amount | None) -> bool:
    """A volume that goes in, a wrong scale, or what one of the counted bags holds."""
    if HOLDS.match(name):
        return content.unit is Unit.MILLILITRE
    least = LEAST_OF_SEVERAL if counted and counted.unit is Unit.PIECE else LEAST_NAMED
    return content.thousandths <= least


def _read_content(name: str) -> tuple[Amount | None, int | None]:
    if found := MULTIPLIED.search(name):
        return _read_product(Decimal(found[1]), Decimal(found[2]), NAME_UNITS[found[3]])
    if found := REPEATED.search(name):
        times, spelled = int(found[3]), NAME_UNITS[found[2]]
        if spelled == Spelled(Unit.GRAM, KILO):
            return None, None
        return sensible(Decimal(found[1]) * times, spelled), times or None
    every = MEASURED.findall(name)
    if len(every) != 1 or any(word in name for word in PAIRS):
        return None, None
    number, spelled = Decimal(every[0][0]), NAME_UNITS[every[0][1]]
    pack = next((size for word, size in PACKS.items() if word in name), None)
    if pack is None:
        return sensible(number, spelled), None
    if spelled.unit is Unit.GRAM:
        return None, None
    return sensible(number * pack, spelled), pack


def _read_product(
    first: Decimal, second: Decimal, spelled: Spelled
) -> tuple[Amount | None, int | None]:
    """6*330, 330*6, 6*1.5 or 1.5*6: a fraction is a size, else the smaller number counts pieces."""
    total = sensible(first * second, spelled)
    if first % 1:
        pieces = second
    elif second % 1 or spelled.scale == KILO:
        pieces = first
    else:
        pieces = min(first, second)
    is_grams_after_count = spelled.unit is Unit.GRAM and first < second
    is_carton = spelled.unit is Unit.GRAM and spelled.scale == KILO
    if total is None or is_carton or pieces % 1 or not 0 < pieces <= MOST_PIECES:
        return None, None
    if is_grams_after_count and total.thousandths > MOST_IN_COUNT_FIRST:
        return None, None
    return total, int(pieces)


def _read_count(name: str) -> Amount | None:
    if found := COUNT.search(name):
        return sensible(Decimal(found[1]), Spelled(Unit.PIECE, THOUSAND))
    if found := METRES.search(name):
        return sensible(Decimal(found[1]), Spelled(Unit.METRE, THOUSAND))
    return None
