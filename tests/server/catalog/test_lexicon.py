"""Which words were meant by those that seem misspelt."""

import pytest

from superzol_server.catalog.lexicon import FEW, MOST_MISSPELT, Lexicon


def lexicon_of(**counts: int) -> Lexicon:
    lexicon = Lexicon()
    for word in counts:
        lexicon.add(word)
    lexicon.count(counts)
    return lexicon


def meant(lexicon: Lexicon, query: str) -> str:
    return " ".join(lexicon.correct(query.split()))


@pytest.mark.parametrize(
    "word",
    [
        "חכב",  # another second letter
        "חב",  # too short to say
        "חמלב",
        "לב",
        "חבל",
        "כלב",
        "חאלב",
        "חלו",
    ],
)
def test_a_slip_is_found_wherever_it_is_in_a_word_of_three_letters_or_more(word: str) -> None:
    assert meant(lexicon_of(חלב=9, שוקו=9), word) == ("חלב" if len(word) > 2 else word)


def test_the_nearest_word_was_meant() -> None:
    assert meant(lexicon_of(שמנ=300, שמנת=40), "שמנט") == "שמנת"


def test_a_word_farther_by_half_a_slip_was_meant_where_names_hold_it_eight_times_as_often() -> None:
    assert meant(lexicon_of(סלומונ=3, סלמונ=25), "סלומנ") == "סלמונ"
    assert meant(lexicon_of(סלומונ=3, סלמונ=23), "סלומנ") == "סלומונ"


def test_of_words_as_near_that_which_more_names_hold_was_meant() -> None:
    assert meant(lexicon_of(קולב=3, קולע=9), "קולא") == "קולע"


def test_a_word_that_names_hold_was_meant_unless_far_more_hold_the_other() -> None:
    assert meant(lexicon_of(יוגרט=2, יוגורט=17), "יוגרט") == "יוגורט"
    assert meant(lexicon_of(בלאדי=2, בלדי=16), "בלאדי") == "בלאדי"
    assert meant(lexicon_of(שוקולדה=2, שוקלדה=16), "שוקול") == "שוקול"


def test_a_word_that_many_names_hold_was_meant() -> None:
    assert meant(lexicon_of(זית=FEW, זיתי=FEW * 100), "זית") == "זית"
    assert meant(lexicon_of(זיתי=FEW, זיז=FEW * 100), "זית") == "זית"


def test_a_short_word_that_is_near_to_a_rare_one_alone_is_no_slip() -> None:
    usual = {"חלב": 1_000_000}
    assert meant(lexicon_of(דורסל=99, **usual), "כורסל") == "כורסל"
    assert meant(lexicon_of(דורסל=200, **usual), "כורסל") == "דורסל"
    assert meant(lexicon_of(אבוקדו=9, **usual), "אבוקזו") == "אבוקדו"


def test_a_blank_too_few_is_a_slip() -> None:
    lexicon = lexicon_of(חלב=9, תנובה=9, חל=9, בתנובה=9)
    assert meant(lexicon, "חלבתנובה טרי") == "חלב תנובה טרי"


def test_a_blank_too_many_is_a_slip() -> None:
    lexicon = lexicon_of(קורנפלקס=9, קורנ=1, דבש=9)
    assert meant(lexicon, "קורנ פלקס דבש") == "קורנפלקס דבש"
    assert meant(lexicon_of(מיעדנ=9, מי=2, עדנ=2), "מי עדנ") == "מי עדנ"


def test_what_is_no_word_of_letters_is_left_as_it_is() -> None:
    lexicon = lexicon_of(חלב=9)
    lexicon.add("100")
    assert meant(lexicon, "חלל3 1000 3% ת.ז 100") == "חלל3 1000 3% ת.ז 100"


def test_the_first_five_rare_words_are_looked_at() -> None:
    written = ["חלל"] * (MOST_MISSPELT + 1)
    assert lexicon_of(חלב=9).correct(written) == ["חלב"] * MOST_MISSPELT + ["חלל"]


def test_a_word_that_no_name_holds_any_more_was_not_meant() -> None:
    lexicon = lexicon_of(חלב=9)
    lexicon.count({"שוקו": 9})
    assert meant(lexicon, "חלל") == "חלל"
