"""What a query is read as."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_server.catalog.words import read_words
from superzol_server.errors import InvalidRequest

WRITINGS = {
    "litre": ["ליטר", "ל", "ל'", "ליטרים"],
    "millilitre": ['מ"ל', "מל", "ml", "מיליליטר"],
    "kilogram": ['ק"ג', "קג", "קילו", "kg"],
    "gram": ["גרם", "גר'", "ג", "g"],
    "piece": ["יח'", "יחידות", "יח"],
}


def names(quantities: list[str], name: str) -> bool:
    """Tells whether a name, spelt as names are searched, holds all the quantities."""
    return all(re.search(pattern, name) for pattern in quantities)


@pytest.mark.parametrize("unit", WRITINGS)
@pytest.mark.parametrize("between", ["", " "])
def test_all_writings_of_a_unit_are_one_quantity(unit: str, between: str) -> None:
    read = {tuple(read_words(f"קמח 12{between}{each}").quantities) for each in WRITINGS[unit]}
    assert len(read) == 1
    (quantities,) = read
    assert len(quantities) == 1


@given(st.integers(1, 9999), st.sampled_from(["litre", "kilogram"]))
def test_large_units_are_a_thousand_small_ones(count: int, large: str) -> None:
    small = {"litre": "millilitre", "kilogram": "gram"}[large]
    thousandth = f"{count / 1000:.3f}"
    asked = f"{thousandth} {WRITINGS[large][0]}", f"{count} {WRITINGS[small][0]}"
    read = [read_words(f"קמח {each}").quantities for each in asked]
    assert read[0] == read[1]
    folded = [f"קמח {count}{WRITINGS[small][1]}".replace("'", "")]
    folded.append(f"קמח {float(thousandth):.3f}".rstrip("0").rstrip(".") + " " + WRITINGS[large][1])
    assert all(names(read[0], name) for name in folded)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("1.5 ליטר", "מימ 11.5 ליטר"),
        ("5 ליטר", "מימ 1.5 ליטר"),
        ("1 ליטר", "מימ 1 לימונ"),
        ("50 מל", "שמנ 50 מ"),
        ("12 יח", "ביצימ 112 יח"),
    ],
)
def test_quantity_is_not_found_within_another(query: str, name: str) -> None:
    assert not names(read_words(query).quantities, name)


@pytest.mark.parametrize("query", ["חלב 3%", "ביצים L", "7UP", "a1 ליטר", "1 לימון", "3% ל"])
def test_what_is_no_quantity_stays_a_word(query: str) -> None:
    words = read_words(query)
    assert words.quantities == []
    assert len(words.plain) == len(query)


def test_quantity_is_taken_out_of_the_words() -> None:
    words = read_words("חלב תנובה 1 ליטר 3%")
    assert words.plain.split() == ["חלב", "תנובה", "3%"]


def test_number_glued_to_a_word_is_one_of_its_own() -> None:
    assert read_words("במבה80גרם") == read_words("במבה 80גרם")
    assert read_words("שלב2").plain == "שלב 2"
    assert read_words("b12").plain == "b12"


@pytest.mark.parametrize("query", ["חלב 3%", "חלב 3 %", "חלב 3 אחוז", "חלב 3 אחוזים", "חלב3אחוז"])
def test_percent_is_written_by_its_sign(query: str) -> None:
    assert read_words(query) == read_words("חלב 3%")


@pytest.mark.parametrize(
    ("query", "plain"), [("חלב.", "חלב"), ("מי... ת.ז.", "מי ת.ז"), ("1.5.", "1.5")]
)
def test_points_at_the_end_of_words_are_none_of_them(query: str, plain: str) -> None:
    assert read_words(query).plain.split() == plain.split()


@given(st.text(max_size=200))
def test_every_query_is_read_or_refused(query: str) -> None:
    try:
        words = read_words(query)
    except InvalidRequest as error:
        assert error.reason.startswith("QUERY_")
    else:
        assert words.plain.strip() or words.quantities
