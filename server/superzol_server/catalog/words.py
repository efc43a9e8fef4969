"""What a search looks for: words, and quantities however their units are written."""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from superzol_server.errors import InvalidRequest

LONGEST_QUERY = 200
MOST_WORDS = 20  # each is compared with thousands of names: 100 one-letter words took 0.3 s
# Stand within words, as for search_text of the schema: quotes, points and what is not seen.
WITHIN_WORDS = re.compile(
    "['\"`׳״‘’“”‚‛„‟′ʹʼʽ\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
BETWEEN_WORDS = re.compile(r"(?:[^\w%.]|_)+")
# Ends a sentence or an abbreviation: חלב. is חלב, but 1.5 and ת.ז stay whole.
LAST_DOTS = re.compile(r"\.+(?![\w%.])")
# Found glued too, as search_products looks for numbers beside words.
NUMBER_AFTER_WORD = re.compile("(?<=[א-ת])(?=[0-9])")
PERCENT = re.compile(r"(?<=[0-9]) ?(?:%|אחוז(?:ימ)?)(?!\w)")
FINAL_LETTERS = str.maketrans("ךםןףץ", "כמנפצ")

# Units as search_text leaves them, also cut short, by how many of the smallest they are.
Scale = dict[int, str]
SCALES: tuple[Scale, ...] = (
    {1000: "ל(?:י(?:ט(?:ר(?:ימ)?)?)?)?", 1: "מל|מיליליטר|ml"},
    {1000: "ק(?:ג|ילו(?:ג(?:רמ)?)?)?|kg", 1: "ג(?:ר(?:מ(?:ימ)?)?)?|gr?"},
    {1: "יח(?:י(?:ד(?:ה|ות)?)?)?"},
)
UNITS = [(scale, factor) for scale in SCALES for factor in scale]
UNIT = "|".join(f"({scale[factor]})" for scale, factor in UNITS)
QUANTITY = re.compile(rf"(?<![\w.])([0-9]{{1,5}}(?:\.[0-9]{{1,3}})?) ?(?:{UNIT})(?![\w%])")


class Words(NamedTuple):
    """plain: all words but those of quantities. quantities: a pattern of search_name for each."""

    plain: str
    quantities: list[str]


def read_words(query: str) -> Words:
    """Reads a query; raises InvalidRequest for one that no name could match, or too long."""
    if len(query) > LONGEST_QUERY:
        raise InvalidRequest("query", f"has more than {LONGEST_QUERY} characters", "QUERY_TOO_LONG")
    if not any(letter.isalnum() for letter in query):
        raise InvalidRequest("query", "has no letter or digit", "QUERY_EMPTY")
    normal = unicodedata.normalize("NFKC", query.replace("´", ""))
    plain = WITHIN_WORDS.sub("", normal).lower()
    plain = LAST_DOTS.sub(" ", plain)
    words = len(set(BETWEEN_WORDS.split(plain)) - {""})
    if words > MOST_WORDS:
        raise InvalidRequest(
            "query",
            f"has {words} different words, at most {MOST_WORDS} are searched: leave some out",
            "QUERY_WITH_TOO_MANY_WORDS",
        )
    plain = NUMBER_AFTER_WORD.sub(" ", plain.translate(FINAL_LETTERS))
    plain = PERCENT.sub("%", plain)
    quantities = dict.fromkeys(map(to_pattern, QUANTITY.finditer(plain)))
    return Words(QUANTITY.sub(" ", plain), list(quantities))


def split_words(words: Words) -> list[str]:
    """Returns the plain words, as search_text leaves them."""
    return BETWEEN_WORDS.sub(" ", words.plain).split()


def to_pattern(found: re.Match[str]) -> str:
    """Returns the pattern of a quantity in all units of its scale: 1.5 ליטר is 1500 מל."""
    scale, factor = UNITS[(found.lastindex or 0) - 2]
    smallest = Decimal(found[1]) * factor
    written = [f"{to_number(smallest / each)} ?(?:{unit})" for each, unit in scale.items()]
    return f"(?:^|[^0-9.]|[^0-9][.])(?:{'|'.join(written)})(?: |$)"


def to_number(number: Decimal) -> str:
    """Returns a number as names write it, its point escaped: 1.5 for 1.50."""
    return f"{number.normalize():f}".replace(".", r"\.")
