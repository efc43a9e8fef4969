"""Categories of 500 names that people labelled, found by name and manufacturer alone."""

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from superzol_etl.clean.categories.classify import shipped_classifier
from superzol_etl.clean.categories.rules import UNKNOWN, load_rules
from superzol_etl.clean.categories.words import split_words
from superzol_etl.clean.text import blank_placeholder
from tests.real.oracle import read_price_files

pytestmark = pytest.mark.real

FOLDS, SEED = 5, 20241120
DEPARTMENT_GOAL, CATEGORY_GOAL, UNKNOWN_LIMIT = 0.92, 0.85, 0.08
LONGEST_NOUN = 2  # words: "בקר טחון" is all that ground beef is called


class Case(NamedTuple):
    """A labelled name and what the rules say."""

    name: str
    chain_id: str
    expected: str
    found: str


class Shares(NamedTuple):
    """Of some cases: where the department and the category are right, and where none is found."""

    department: float
    category: float
    unknown: float
    cases: int

    def __str__(self) -> str:
        return (
            f"department {self.department:6.1%}  category {self.category:6.1%}  "
            f"unknown {self.unknown:5.1%}  of {self.cases}"
        )


@pytest.fixture(scope="module")
def cases(sample: Path) -> list[Case]:
    file = sample.parent / "labels" / "labels_dev.tsv"
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
    classify = shipped_classifier().classify
    return [
        Case(
            row["item_name"],
            row["chain"],
            row["category_id"],
            classify(row["item_name"], blank_placeholder(row["manufacturer"])).category_id,
        )
        for row in rows
    ]


def test_categories_reach_their_goals(
    cases: list[Case], capsys: pytest.CaptureFixture[str]
) -> None:
    shares = share(cases)
    with capsys.disabled():
        report("all", cases)
        order = random.Random(SEED).sample(cases, len(cases))
        for fold in range(FOLDS):
            report(f"fold {fold + 1}", order[fold::FOLDS])
        for chain_id in sorted({case.chain_id for case in cases}):
            report(chain_id, [case for case in cases if case.chain_id == chain_id])
    assert shares.department >= DEPARTMENT_GOAL
    assert shares.category >= CATEGORY_GOAL
    assert shares.unknown < UNKNOWN_LIMIT


def test_every_label_is_a_category_of_ours(cases: list[Case]) -> None:
    known = {category.category_id for category in load_rules().categories}
    assert {case.expected for case in cases} <= known


def test_no_rule_is_a_whole_name_beyond_a_plain_noun(cases: list[Case], sample: Path) -> None:
    """Neither a labelled name nor any other that a chain of the sample writes."""
    written = {
        offer.name
        for file in read_price_files(sample / "raw_xml")
        for offer in file.offers.values()
    }
    names = {frozenset(split_words(name)) for name in written | {case.name for case in cases}}
    whole = [
        rule.text
        for rule in load_rules().rules
        if len(rule.words) > LONGEST_NOUN and frozenset(word.text for word in rule.words) in names
    ]
    assert whole == []


def test_no_rule_of_whole_words_is_a_name_that_people_labelled(cases: list[Case]) -> None:
    """A beginning may be: `אגס*` holds for all names with pears, of which one is called just so."""
    names = {frozenset(split_words(case.name)) for case in cases}
    whole = [
        rule.text
        for rule in load_rules().rules
        if not any(word.is_beginning for word in rule.words)
        and frozenset(word.text for word in rule.words) in names
    ]
    assert whole == []


def share(cases: Iterable[Case]) -> Shares:
    cases = list(cases)
    departments = sum(case.expected.split(".")[0] == case.found.split(".")[0] for case in cases)
    categories = sum(case.expected == case.found for case in cases)
    unknown = sum(case.found == UNKNOWN for case in cases)
    return Shares(
        departments / len(cases), categories / len(cases), unknown / len(cases), len(cases)
    )


def report(what: str, cases: list[Case]) -> None:
    """Prints the shares and the confusion table: a row per labelled department, how many were right
    and what the others became."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        found[case.expected.split(".")[0]][case.found.split(".")[0]] += 1
    print(f"\n{what:28}{share(cases)}")
    for department, counts in sorted(found.items()):
        others = {name: count for name, count in counts.most_common() if name != department}
        told = ", ".join(f"{name} {count}" for name, count in others.items())
        print(f"    {department:12}{counts[department]:4} of {counts.total():3}  {told}".rstrip())
