"""Names are classified by the words that people wrote into the rule files."""

from itertools import product

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.clean.categories.classify import Classifier, shipped_classifier
from superzol_etl.clean.categories.rules import (
    Pattern,
    Rule,
    RuleError,
    Strength,
    find_alike,
    load_rules,
    read_rules,
)
from superzol_etl.clean.categories.words import search_text, split_words

OTHER = "[other]\nhe = אחר\nen = Other\n[other.unknown]\nhe = לא ידוע\nen = Unknown\n"
DAIRY = """
[dairy]
he = חלב
en = Dairy

[dairy.milk]
he = חלב
en = Milk
coicop = 01.1.4
unless = סבון
words =
    # A comment.
    חלב, חלב עמיד
    משקה סויה
hints = תנובה
makers = טרה

[dairy.dessert]
he = מעדנים
en = Desserts
always = קינוח
words = פודינג !אבקת, שוקולד*, מעדן חלב
"""
FINAL = str.maketrans("כמנפצ", "ךםןףץ")
QUOTES = "'\"`׳״’”"
NAMES = (
    'חלב תנובה 3% בד"צ 1 ליטר',
    "קוטג' 5% שטראוס",
    "צ'יטוס חטיף כאפה קטשופ 55 גרם",
    'שמפו קרליין לשיער יבש 700 מ"ל',
    "לחמניות מתוקות 8 יח'",
    "במבה אסם 80 גרם",
    "ג'חנון אפוי מעדנות 750",
    "תבלין לגריל עוף",
    "יין אדום יבש קברנה סוביניון",
)


@pytest.fixture(scope="module")
def small() -> Classifier:
    return Classifier(read_rules({"dairy.ini": DAIRY, "other.ini": OTHER}))


@pytest.mark.parametrize(
    ("name", "category_id"),
    [
        ("חלב תנובה", "dairy.milk"),
        ("שוקולד חלב", "dairy.dessert"),  # the word that stands first
        ("חלב בטעם שוקולד", "dairy.milk"),
        ("שוקולדים", "dairy.dessert"),  # the beginning of a word
        ("חלבה", "other.unknown"),  # no whole word
        ("סויה בטעם וניל משקה", "dairy.milk"),  # words of a rule stand in any order
        ("חלב מעדן", "dairy.dessert"),  # of two rules at one place, that of more words
        ("חלב קינוח", "dairy.dessert"),  # always
        ("תנובה פודינג", "dairy.dessert"),  # a word outranks a hint
        ("גבינה תנובה", "dairy.milk"),
        ("אבקת פודינג", "other.unknown"),  # but not with this word
        ("סבון חלב", "other.unknown"),  # unless
        ("", "other.unknown"),
        ("1% 500", "other.unknown"),
    ],
)
def test_the_strongest_then_the_earliest_word_decides(
    small: Classifier, name: str, category_id: str
) -> None:
    assert small.classify(name).category_id == category_id


def test_a_word_cut_at_20_characters_counts_where_no_whole_word_decides(small: Classifier) -> None:
    assert small.classify("ממתק טעים וטוב שוקול").category_id == "dairy.dessert"
    assert small.classify("ממתק טעים שוקול").category_id == "other.unknown"
    assert small.classify("חלב טעים וטוב ל שוקו").category_id == "dairy.milk"


def test_a_stump_of_three_letters_counts_for_nothing(small: Classifier) -> None:
    assert small.classify("ממתק טעים וטוב מ פוד").category_id == "other.unknown"
    assert small.classify("ממתק טעים וטוב  פודי").category_id == "dairy.dessert"


def test_the_manufacturer_counts_where_no_word_decides(small: Classifier) -> None:
    assert small.classify("מוצר", "טרה").category_id == "dairy.milk"
    assert small.classify("פודינג", "טרה").category_id == "dairy.dessert"
    assert small.classify("טרה").category_id == "other.unknown"


def test_the_verdict_names_the_rule(small: Classifier) -> None:
    rule = small.classify("פודינג").rule
    assert rule is not None
    assert rule.text == "פודינג !אבקת"


@given(st.sampled_from(NAMES), st.data())
def test_the_spelling_does_not_change_the_verdict(name: str, data: st.DataObject) -> None:
    classifier = shipped_classifier()
    expected = classifier.classify(name).category_id
    assert expected != "other.unknown"
    letters = [
        data.draw(st.sampled_from(QUOTES)) if letter in QUOTES else letter for letter in name
    ]
    words = ("".join(letters) + " ").split(" ")
    spelled = [data.draw(st.sampled_from([word, word.translate(FINAL)])) for word in words]
    blanks = data.draw(st.sampled_from([" ", "  ", "\u00a0", " - ", "_"]))
    assert classifier.classify(blanks.join(spelled).strip()).category_id == expected


@given(st.permutations(["משקה", "סויה", "אורגני", "אלפרו", "1", "ליטר"]))
def test_the_order_of_a_rules_words_does_not_matter(words: list[str]) -> None:
    verdict = shipped_classifier().classify(" ".join(words))
    assert verdict.category_id == "dairy.plant_based"


@given(st.lists(st.sampled_from(range(len(load_rules().rules))), min_size=1, max_size=3), st.data())
def test_no_rule_that_holds_is_better_than_the_one_that_decides(
    picked: list[int], data: st.DataObject
) -> None:
    texts = [word.text for place in picked for word in load_rules().rules[place].words]
    words = data.draw(st.permutations(texts))
    held = [
        (rank, -place)
        for place, rule in enumerate(load_rules().rules)
        if rule.strength != Strength.MAKERS and (rank := rank_by_hand(rule, words)) is not None
    ]
    expected = load_rules().rules[-max(held)[1]] if held else None
    verdict = shipped_classifier().classify(" ".join(words) + " " * 20)
    assert verdict.rule == expected


def rank_by_hand(rule: Rule, words: list[str]) -> tuple[int, int, int, int] | None:
    """What docs/categories.md says about who wins, rule by rule."""

    def places(pattern: Pattern) -> list[int]:
        return [
            place
            for place, word in enumerate(words)
            if word == pattern.text or (pattern.is_beginning and word.startswith(pattern.text))
        ]

    if any(places(pattern) for pattern in rule.without):
        return None
    found = [places(pattern) for pattern in rule.words]
    if not all(found):
        return None
    letters = sum(len(pattern.text) for pattern in rule.words)
    return rule.strength, -min(min(each) for each in found), len(rule.words), letters


@pytest.mark.parametrize(
    ("full", "defective"),
    [("וודקה", "ודקה"), ("לחמנייה", "לחמניה"), ("וופלים", "ופלים"), ("טורטייה", "טורטיה")],
)
def test_full_and_defective_spelling_are_one(full: str, defective: str) -> None:
    assert split_words(full) == split_words(defective)


@given(st.text(st.sampled_from("אבגםםןץ'\"׳״ -_.,%/()12aZé\u00a0\t"), max_size=30))
def test_spelling_what_is_spelled_changes_nothing(text: str) -> None:
    assert search_text(search_text(text)) == search_text(text)


@given(st.text(st.sampled_from("אבויםץ'\"׳״ -_.,%/()12aZé\u00a0\t"), max_size=30))
def test_words_are_those_of_the_search(text: str) -> None:
    assert sorted(split_words(text)) == sorted(split_words(search_text(text)))


@given(st.text(max_size=30))
def test_words_of_a_name_are_those_of_its_pieces(name: str) -> None:
    assert [word for piece in name.split() for word in split_words(piece)] == split_words(name)


async def test_search_spells_words_the_same(connection: asyncpg.Connection) -> None:
    alphabet = "אבגםןץ'\"׳״ -_.,%/()12aZ" + "´ָּ֑־׃\u200f\u202b\ufeff\u00ad\u00a0אּ１Ａ½″‚'ʼ"
    texts = [first + second + "ב" for first in alphabet for second in alphabet]
    texts += ["".join(letters) for letters in product("%1.a ", repeat=6)]
    found = await connection.fetch(
        "SELECT search_text(text) AS spelled FROM unnest($1::text[]) AS text", texts
    )
    assert [search_text(text) for text in texts] == [row["spelled"] for row in found]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[dairy\n", "line 1: a category begins with its name"),
        ("[dairy]\nhe = א\nen = a\nwords =\nחלב, ב\n", r"line 5: 'חלב, ב\\n' is no 'key = value'"),
        ("[meat.beef]\nhe = א\nen = a\n", "must begin with dairy."),
        ("[dairy]\nhe = א\n", "needs a name: en = ..."),
        ("[dairy]\nhe = א\nen = a\nwrods = ב\n", "wrods"),
        ("[dairy]\nhe = א\nen = a\nwords = !ב\n", "names no word"),
        ("[dairy]\nhe = א\nen = a\n[dairy]\nhe = א\nen = a\n", "already exists"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_file_and_place(text: str, said: str) -> None:
    with pytest.raises(RuleError, match=said) as caught:
        read_rules({"dairy.ini": text, "other.ini": OTHER})
    assert "dairy.ini" in str(caught.value)


def test_shipped_files_name_every_category_in_two_languages_once() -> None:
    categories = load_rules().categories
    departments = {each.department_id for each in categories}
    assert len({each.category_id for each in categories}) == len(categories) == 107
    assert len(departments) == 17
    assert departments <= {each.category_id for each in categories}


def test_no_words_speak_for_two_categories_alike() -> None:
    assert find_alike(load_rules().rules) == []


def test_rules_only_stand_in_categories() -> None:
    departments = {each.department_id for each in load_rules().categories}
    assert [rule for rule in load_rules().rules if rule.category_id in departments] == []
