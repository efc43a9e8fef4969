"""What a chain calls its products, without what says nothing."""

import polars as pl

from superzol_etl.clean.countries import read_countries
from superzol_etl.clean.measures import measure_words
from superzol_etl.clean.text import (
    MOST_LETTERS,
    PLACEHOLDERS,
    TEST_NAMES,
    UNTIDY,
    VAGUE_WORDS,
    one_line,
)

NAMED = {"itemname": "name", "manufacturername": "manufacturer", "manufacturecountry": "country"}
MEASURED = {
    "quantity": "quantity",
    "unitqty": "unit_of_quantity",
    "unitofmeasure": "unit_of_measure",
}
SAID = "weighted", "is_full"
CLEANED = [*NAMED.values(), *MEASURED.values(), *SAID]
VAGUE = {"itemname": [*VAGUE_WORDS, *map(str.lower, TEST_NAMES)]}
HAS_LETTER = r"\p{L}"


def understand_words(published: pl.DataFrame) -> pl.DataFrame:
    """Published words and what they mean: country_code, net_quantity, net_unit and pieces.

    Named as in product_in_chain, in one line, null where they say nothing, cut at MOST_LETTERS.
    published: the columns code (a number), WORDS, weighted and is_full; only code and the last two
    stay as they are.
    """
    texts = published.select(_in_one_line(published[name]) for name in (*NAMED, *MEASURED))
    words = published.with_columns(texts).select(
        "code",
        *(_called(column, VAGUE.get(column, VAGUE_WORDS)).alias(n) for column, n in NAMED.items()),
        *(_plain(column).alias(name) for column, name in MEASURED.items()),
        *SAID,
    )
    codes = read_countries(words["country"]).alias("country_code")
    return words.with_columns(codes).hstack(measure_words(words))


def _in_one_line(texts: pl.Series) -> pl.Series:
    """Touches only those that are not: nearly all are."""
    untidy = texts.str.contains(UNTIDY).arg_true()
    tidied = [one_line(text) for text in texts.gather(untidy)]
    return texts.scatter(untidy, tidied) if tidied else texts


def _called(column: str, nothing: list[str]) -> pl.Expr:
    """The text; null for placeholders and for what has no letter, such as dashes or the code."""
    text = _plain(column)
    says_nothing = [*PLACEHOLDERS, *nothing]
    # To make all of them lower case would take longer than the rest.
    short = pl.when(text.str.len_chars() <= max(map(len, says_nothing))).then(text)
    is_vague = short.str.to_lowercase().is_in(says_nothing).fill_null(False)
    return pl.when(text.str.contains(HAS_LETTER) & ~is_vague).then(text)


def _plain(column: str) -> pl.Expr:
    return pl.col(column).str.head(MOST_LETTERS).str.strip_chars()
