"""Finds the category of a product by the words of its name and of its manufacturer."""

from bisect import bisect_left
from collections import defaultdict
from functools import cache
from typing import NamedTuple

from superzol_etl.clean.categories.rules import (
    UNKNOWN,
    Pattern,
    Rule,
    RuleBook,
    Strength,
    load_rules,
)
from superzol_etl.clean.categories.words import split_words

# Many chains cut names at 20 characters, some also the blank that then ends them.
CUT_LENGTHS = range(18, 21)
SHORTEST_CUT_WORD = 4
UNITS = frozenset(["גרמ", "ליטר", "יחידה", "יחידות", "מארז"])

Rank = tuple[int, int, int, int, int]


class Verdict(NamedTuple):
    """A category and the rule that decided; rule None: no rule knows the name."""

    category_id: str
    rule: Rule | None


class Numbered(NamedTuple):
    """A rule with the numbers of its patterns."""

    strength: Strength
    words: tuple[int, ...]
    without: frozenset[int]
    letters: int


class Classifier:
    """Applies a rule book; among rules that hold, the strongest decides, then the earliest word.

    Then the rule of more words, then of more letters, then the one that stands first.
    """

    def __init__(self, book: RuleBook) -> None:
        self._rules = book.rules
        self._numbers: dict[Pattern, int] = {}
        self._numbered = [self._number(rule) for rule in book.rules]
        self._anchored: dict[int, list[int]] = defaultdict(list)
        for place, rule in enumerate(book.rules):
            anchor = max(rule.words, key=lambda word: (not word.is_beginning, len(word.text)))
            self._anchored[self._numbers[anchor]].append(place)
        beginnings = {len(pattern.text) for pattern in self._numbers if pattern.is_beginning}
        self._lengths = sorted(beginnings)
        self._sorted = sorted(self._numbers)
        self._met: dict[str, tuple[int, ...]] = {}

    def classify(self, name: str, manufacturer: str | None = None) -> Verdict:
        """The category of a name as published; the manufacturer counts where no word decides.

        What is left of a word at the end of a cut name counts where no whole word decides.
        """
        words = split_words(name)
        places = self._find(words)
        decided = self._decide(places, of_makers=False)
        if decided is None and len(name.strip()) in CUT_LENGTHS:
            cut = self._guess(words[-1]) if words else []
            guessed = dict.fromkeys(cut, len(words)) | places
            decided = self._decide(guessed, of_makers=False)
        if decided is None and manufacturer:
            decided = self._decide(self._find(split_words(manufacturer)), of_makers=True)
        if decided is None:
            return Verdict(UNKNOWN, None)
        return Verdict(self._rules[decided].category_id, self._rules[decided])

    def _number(self, rule: Rule) -> Numbered:
        numbers = self._numbers
        return Numbered(
            rule.strength,
            tuple(numbers.setdefault(word, len(numbers)) for word in rule.words),
            frozenset(numbers.setdefault(word, len(numbers)) for word in rule.without),
            sum(len(word.text) for word in rule.words),
        )

    def _find(self, words: list[str]) -> dict[int, int]:
        """The first place of each pattern that a word meets."""
        places: dict[int, int] = {}
        for place, word in enumerate(words):
            for number in self._patterns_of(word):
                places.setdefault(number, place)
        return places

    def _patterns_of(self, word: str) -> tuple[int, ...]:
        met = self._met.get(word)
        if met is None:
            wanted = [Pattern(word, False)]
            wanted += [Pattern(word[:n], True) for n in self._lengths if n <= len(word)]
            numbers = (self._numbers.get(pattern) for pattern in wanted)
            met = self._met[word] = tuple(number for number in numbers if number is not None)
        return met

    def _guess(self, cut: str) -> list[int]:
        """The patterns that a cut word may have been."""
        if len(cut) < SHORTEST_CUT_WORD or cut in UNITS:
            return []
        guesses = []
        for pattern in self._sorted[bisect_left(self._sorted, Pattern(cut, False)) :]:
            if not pattern.text.startswith(cut):
                break
            guesses.append(self._numbers[pattern])
        return guesses

    def _decide(self, places: dict[int, int], of_makers: bool) -> int | None:
        best: Rank | None = None
        for met in places:
            for number in self._anchored.get(met, ()):
                rule = self._numbered[number]
                if (rule.strength == Strength.MAKERS) != of_makers:
                    continue
                if best is not None and rule.strength < best[0]:
                    continue
                rank = _rank(rule, number, places)
                if rank is not None and (best is None or rank > best):
                    best = rank
        return None if best is None else -best[-1]


@cache
def shipped_classifier() -> Classifier:
    """Applies the rules that are shipped."""
    return Classifier(load_rules())


def _rank(rule: Numbered, number: int, places: dict[int, int]) -> Rank | None:
    """How strongly the rule speaks for a name; None where it does not hold."""
    first = places[rule.words[0]] if len(rule.words) == 1 else _first(rule.words, places)
    if first is None or not rule.without.isdisjoint(places):
        return None
    return rule.strength, -first, len(rule.words), rule.letters, -number


def _first(words: tuple[int, ...], places: dict[int, int]) -> int | None:
    found = [places.get(word) for word in words]
    held = [place for place in found if place is not None]
    return min(held) if len(held) == len(words) else None
