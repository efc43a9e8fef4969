"""How far apart two words are."""

import pytest

from superzol_server.catalog.likeness import shape, weigh


@pytest.mark.parametrize(
    ("word", "other", "weight"),
    [
        ("חלב", "חלב", 0),
        ("יוגרט", "יוגורט", 1),  # a vowel too few
        ("אקטימאל", "אקטימל", 1),  # a vowel too many
        ("קוטיג", "קוטגי", 2),
        ("סימילאכ", "סימילאק", 1),  # sounds alike
        ("קקאב", "קקאו", 1),
        ("שמנט", "שמנת", 1),
        ("תזה", "תאזה", 1),
        ("גולדסטר", "גולסטר", 2),  # a letter too many
        ("חמלב", "חלב", 2),
        ("סלומנ", "סלמונ", 2),  # two that changed places
        ("חבל", "חלב", 2),
        ("milk", "silk", 2),
        ("milk", "milc", 1),
        ("молоко", "молока", 2),
        ("במבאליי", "במבלי", 2),
        ("גולדסטר", "גלדסר", 3),  # in a long word a slip and a half one
    ],
)
def test_slips_are_weighed_and_vowels_and_what_sounds_alike_weigh_half(
    word: str, other: str, weight: int
) -> None:
    assert weigh(word, other) == weight


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("חלב", "לחמ"),
        ("סנובה", "דנונה"),
        ("שמנט", "סמנ"),
        ("גולדסטר", "גלדמר"),
        ("טלוויזיה", "אולוויז"),
    ],
)
def test_a_word_holds_one_slip_and_from_six_letters_on_a_half_one_more(
    word: str, other: str
) -> None:
    assert weigh(word, other) is None


def test_the_shape_of_a_word_is_what_its_consonants_sound_like() -> None:
    assert shape("סימילאכ") == shape("סמילק") != shape("סמינק")
