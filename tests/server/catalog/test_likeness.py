"""Words that were meant in place of misspelt ones."""

import pytest

from superzol_server.catalog.likeness import Likeness, choose_words, weigh


@pytest.mark.parametrize(
    ("word", "other", "weight"),
    [
        ("חלב", "חלב", 0),
        ("יוגרט", "יוגורט", 1),  # a vowel too few
        ("אקטימאל", "אקטימל", 1),  # a vowel too many
        ("סימילאכ", "סימילאק", 1),  # sounds alike
        ("קקאב", "קקאו", 1),
        ("שמנט", "שמנת", 1),
        ("גולדסטר", "גולסטר", 2),  # a letter too many
        ("סלומנ", "סלמונ", 2),  # two that changed places
        ("milk", "silk", 2),
        ("חלב", "לחמ", 4),
    ],
)
def test_slips_are_weighed_and_vowels_and_what_sounds_alike_weigh_half(
    word: str, other: str, weight: int
) -> None:
    assert weigh(word, other) == weigh(other, word) == weight


def test_the_nearest_word_was_meant() -> None:
    found = [Likeness("שמנט", 0, "שמנ", 900), Likeness("שמנט", 0, "שמנת", 40)]
    assert choose_words(found) == {"שמנט": "שמנת"}


def test_of_words_as_near_that_of_more_products_was_meant() -> None:
    found = [Likeness("קולא", 0, "קולב", 3), Likeness("קולא", 0, "קולע", 9)]
    assert choose_words(found) == {"קולא": "קולע"}


def test_a_word_of_five_letters_holds_one_slip_and_a_longer_one_two() -> None:
    found = [Likeness("סנובה", 0, "דנונה", 9), Likeness("גולדסטר", 0, "גלדסר", 9)]
    assert choose_words(found) == {"גולדסטר": "גלדסר"}


def test_a_word_that_products_hold_was_meant_unless_many_more_hold_the_other() -> None:
    rare, usual = Likeness("יוגרט", 2, "יוגורט", 17), Likeness("בלאדי", 2, "בלדי", 16)
    assert choose_words([rare, usual]) == {"יוגרט": "יוגורט"}
