"""One view of a product over its chains."""

from random import Random
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.clean.merge import SAID, merge_words

Row = dict[str, Any]


def said(name: Any = None, product_key: Any = 1, **others: Any) -> Row:
    blank: Row = dict.fromkeys(SAID) | {"weighted": False}
    return blank | {"product_key": product_key, "name": name} | others


def merge(rows: list[Row]) -> list[Row]:
    return merge_words(pl.DataFrame(rows, schema=SAID)).to_dicts()


def merge_one(*rows: Row) -> Row:
    (merged,) = merge(list(rows))
    return merged


def test_the_name_of_most_chains_wins_over_a_longer_one() -> None:
    merged = merge_one(said("חלב תנובה"), said("חלב תנובה"), said("חלב תנובה טרי בקרטון חדש"))
    assert merged["name"] == "חלב תנובה"
    assert merged["spellings"] == "חלב תנובה טרי בקרטון חדש"


def test_among_equally_frequent_names_the_longest_wins() -> None:
    assert merge_one(said("חלב"), said("חלב טרי 3%"), said("תנובה חלב"))["name"] == "חלב טרי 3%"


def test_noise_makes_no_name_longer() -> None:
    assert merge_one(said("*מבצע* גבינה ***"), said("גבינה לבנה"))["name"] == "גבינה לבנה"


def test_a_name_cut_at_20_letters_counts_for_the_whole_one() -> None:
    cut, whole = "גבינה לבנה 5% 250 גר", "גבינה לבנה 5% 250 גרם תנובה מהדרין"
    assert merge_one(said(cut), said(cut), said(whole))["name"] == whole


def test_spellings_apart_in_quotes_and_blanks_are_one_name() -> None:
    merged = merge_one(said("קולה 1.5 ל'"), said("קולה  1.5 ל"), said("קוקה קולה גדולה מאוד"))
    assert merged["name"] in ("קולה 1.5 ל'", "קולה  1.5 ל")


def test_blank_words_never_win() -> None:
    merged = merge_one(
        said(), said(), said("חלב", manufacturer="תנובה", country_code="IL", pieces=None)
    )
    assert (merged["name"], merged["manufacturer"], merged["country_code"]) == (
        "חלב",
        "תנובה",
        "IL",
    )


def test_the_measure_of_most_chains_wins_and_one_piece_only_where_nothing_else_is_told() -> None:
    piece = {"net_quantity": 1000, "net_unit": 3}
    small, large = ({"net_quantity": n, "net_unit": 1} for n in (400_000, 500_000))
    merged = merge_one(*(said(**each) for each in (piece, piece, piece, small, large, large)))
    assert (merged["net_quantity"], merged["net_unit"]) == (500_000, 1)
    assert merge_one(said(**piece), said())["net_unit"] == 3


def test_weighted_is_what_most_chains_say_and_means_a_kilogram() -> None:
    measured = {"net_quantity": 400_000, "net_unit": 1}
    kilogram = {"weighted": True, "net_quantity": 1_000_000, "net_unit": 1}
    most = merge_one(said(**measured), said(**kilogram), said(**kilogram))
    assert (most["weighted"], most["net_quantity"]) == (True, 1_000_000)
    half = merge_one(said(**measured), said(**kilogram))
    assert (half["weighted"], half["net_quantity"]) == (False, 400_000)


texts = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "חלב",
            "חלב'",
            "חלב  טרי",
            "גבינה לבנה 5% 250 גר",
            "גבינה לבנה 5% 250 גרם תנובה",
            "Milk",
            "milk",
        ]
    ),
)
measures = st.sampled_from([(None, None), (1000, 3), (500_000, 1), (500_000, 2), (32_000, 3)])


@st.composite
def rows(draw: st.DrawFn) -> Row:
    quantity, unit = draw(measures)
    weighted = draw(st.booleans())
    return said(
        draw(texts),
        draw(st.integers(1, 3)),
        manufacturer=draw(texts),
        country_code=draw(st.sampled_from([None, "IL", "IT"])),
        weighted=weighted,
        net_quantity=1_000_000 if weighted else quantity,
        net_unit=1 if weighted else unit,
        pieces=draw(st.sampled_from([None, 6])) if unit and not weighted else None,
    )


@given(st.lists(rows(), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_neither_the_order_of_chains_nor_of_rows_matters(
    several: list[Row], random: Random
) -> None:
    shuffled = random.sample(several, len(several))
    assert merge(several) == merge(shuffled)


@given(st.lists(rows(), min_size=1, max_size=12))
def test_merging_what_is_merged_changes_nothing(several: list[Row]) -> None:
    once = merge(several)
    again = merge([{name: row[name] for name in SAID} for row in once])
    assert [{name: row[name] for name in SAID} for row in again] == [
        {name: row[name] for name in SAID} for row in once
    ]


@given(st.lists(rows(), min_size=1, max_size=12))
def test_each_product_is_called_as_one_of_its_chains_calls_it(several: list[Row]) -> None:
    for merged in merge(several):
        names = {row["name"] for row in several if row["product_key"] == merged["product_key"]}
        assert merged["name"] in names
        assert merged["name"] is not None or names == {None}
