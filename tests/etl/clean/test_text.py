"""Texts that people read: in one line, whatever a chain writes between the words."""

import polars as pl
import pytest

from superzol_etl.clean.text import MOST_LETTERS, blank_placeholder, one_line
from superzol_etl.clean.words import MEASURED, NAMED, understand_words

WRITTEN = [
    ("חלב תנובה", "חלב תנובה"),
    ("חלב\nתנובה", "חלב תנובה"),
    ("חלב\r\n\t תנובה", "חלב תנובה"),
    ("חלב   תנובה  ", "חלב תנובה"),
    ("\x07חלב\x1b\x85תנובה\x96", "חלב תנובה"),
    ("חלב\xa0\u2003\u2028תנובה", "חלב תנובה"),
    ("\u200fחלב\u200e \u202bתנובה\u202c", "חלב תנובה"),
    ("\ufeff\u2067ח\u200bל\0ב\u2069 תנובה", "חלב תנובה"),
    ("חלב\n\u200f\nתנובה", "חלב תנובה"),
    ("דגל 👨\u200d👩", "דגל 👨\u200d👩"),
]


@pytest.mark.parametrize(("published", "shown"), WRITTEN)
def test_a_text_is_one_line_without_what_is_not_seen(published: str, shown: str) -> None:
    assert one_line(published) == blank_placeholder(published) == shown
    assert one_line(shown) == shown


def test_words_of_products_are_in_one_line_whichever_they_are() -> None:
    columns = [*NAMED, *MEASURED]
    published = pl.DataFrame(
        {
            "code": range(len(WRITTEN)),
            **{column: [text for text, _ in WRITTEN] for column in columns},
            "weighted": [False] * len(WRITTEN),
            "is_full": [True] * len(WRITTEN),
        }
    )
    words = understand_words(published)
    for name in (*NAMED.values(), *MEASURED.values()):
        assert words[name].to_list() == [shown for _, shown in WRITTEN], name


@pytest.mark.parametrize("text", ["\u200f", "\n", "\u202bלא ידוע\u202c", "אין\t", "\u200f-\u200f"])
def test_what_says_nothing_says_nothing_with_marks_or_blanks_either(text: str) -> None:
    assert blank_placeholder(text) is None


@pytest.mark.parametrize("vague", ["כללי", "\u200fכללי", "N/A\r\n", "TEST", "ללא  יצרן"])
def test_a_product_that_is_called_nothing_has_no_name(vague: str) -> None:
    row = {"code": 0, **dict.fromkeys([*NAMED, *MEASURED], vague), "weighted": 0, "is_full": 1}
    published = pl.DataFrame([row]).cast({"weighted": pl.Boolean, "is_full": pl.Boolean})
    assert understand_words(published)["name"].to_list() == [None]


def test_blanks_do_not_count_among_the_letters_a_text_may_have() -> None:
    assert blank_placeholder("א" + "\n" * MOST_LETTERS + "ב") == "א ב"


def test_a_text_that_is_cut_before_a_word_does_not_end_in_a_blank() -> None:
    letters = "א" * (MOST_LETTERS - 1)
    assert blank_placeholder(f"{letters} ב") == letters
