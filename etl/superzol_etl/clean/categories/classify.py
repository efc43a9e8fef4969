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
SHORTEST_CUT_WORD = 3

Rank = tuple[int, int, int, int, int]


class Verdict(NamedTuple):
    """A category and the rule that decided; rule None: no rule knows the name."""

    category_id: str
    rule: Rule | None


class _Test(NamedTuple):
    """A rule made quick to test; without and beginnings: words that must not be in the name."""

    strength: int
    words: tuple[Pattern, ...]
    without: frozenset[str]
    beginnings: tuple[str, ...]
    letters: int

    @classmethod
    def of(cls, rule: Rule) -> "_Test":
        return cls(
            int(rule.strength),
            rule.words,
            frozenset(pattern.text for pattern in rule.without if not pattern.is_beginning),
            tuple(pattern.text for pattern in rule.without if pattern.is_beginning),
            sum(len(pattern.text) for pattern in rule.words),
        )


class Classifier:
    """Applies a rule book; among rules that hold, the strongest decides, then the earliest word.

    Then the rule of more words, then of more letters, then the one that stands first.
    """

    def __init__(self, book: RuleBook) -> None:
        self._rules = book.rules
        self._tests = [_Test.of(rule) for rule in book.rules]
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_beginning: dict[str, list[int]] = defaultdict(list)
        for number, rule in enumerate(book.rules):
            anchor = max(rule.words, key=lambda word: (not word.is_beginning, len(word.text)))
            places = self._by_beginning if anchor.is_beginning else self._by_word
            places[anchor.text].append(number)
        self._lengths = sorted({len(text) for text in self._by_beginning})
        self._sorted = sorted({*self._by_word, *self._by_beginning})
        self._known: dict[str, tuple[int, ...]] = {}

    def classify(self, name: str, manufacturer: str | None = None) -> Verdict:
        """The category of a name as published; the manufacturer counts where no word decides."""
        words = split_words(name)
        cut = words[-1] if words and len(name.strip()) in CUT_LENGTHS else ""
        if len(cut) < SHORTEST_CUT_WORD:
            cut = ""
        number = self._decide(words, cut, of_makers=False)
        if number is None and manufacturer:
            number = self._decide(split_words(manufacturer), "", of_makers=True)
        if number is None:
            return Verdict(UNKNOWN, None)
        return Verdict(self._rules[number].category_id, self._rules[number])

    def _decide(self, words: list[str], cut: str, of_makers: bool) -> int | None:
        best: Rank | None = None
        candidates = {number for word in words for number in self._of(word)}
        candidates.update(self._of_cut(cut))
        for number in candidates:
            test = self._tests[number]
            if (test.strength == Strength.MAKERS) != of_makers:
                continue
            if best is None or test.strength >= best[0]:
                rank = _rank(test, number, words, cut)
                if rank is not None and (best is None or rank > best):
                    best = rank
        return None if best is None else -best[-1]

    def _of(self, word: str) -> tuple[int, ...]:
        """Numbers of the rules that this word may meet."""
        known = self._known.get(word)
        if known is None:
            found = list(self._by_word.get(word, ()))
            for length in self._lengths:
                if length <= len(word):
                    found += self._by_beginning.get(word[:length], ())
            known = self._known[word] = tuple(found)
        return known

    def _of_cut(self, cut: str) -> list[int]:
        """Numbers of the rules one of whose words begins with what is left of a cut word."""
        found: list[int] = []
        if not cut or self._of(cut):
            return found
        for word in self._sorted[bisect_left(self._sorted, cut) :]:
            if not word.startswith(cut):
                break
            found += [*self._by_word.get(word, ()), *self._by_beginning.get(word, ())]
        return found


@cache
def shipped_classifier() -> Classifier:
    """Applies the rules that are shipped."""
    return Classifier(load_rules())


def _rank(test: _Test, number: int, words: list[str], cut: str) -> Rank | None:
    """How strongly the rule speaks for this name; None where it does not hold."""
    first = len(words)
    for pattern in test.words:
        place = _place(pattern, words, cut)
        if place is None:
            return None
        first = min(first, place)
    if not test.without.isdisjoint(words):
        return None
    if test.beginnings and any(word.startswith(test.beginnings) for word in words):
        return None
    return test.strength, -first, len(test.words), test.letters, -number


def _place(pattern: Pattern, words: list[str], cut: str) -> int | None:
    """Where the first word stands that the pattern meets."""
    text = pattern.text
    if not pattern.is_beginning:
        if text in words:
            return words.index(text)
    else:
        for place, word in enumerate(words):
            if word.startswith(text):
                return place
    return len(words) - 1 if cut and text.startswith(cut) else None
