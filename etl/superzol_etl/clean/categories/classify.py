"""Finds the category of a product by the words of its name and of its manufacturer."""

from bisect import bisect_left
from collections import Counter, defaultdict
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


Anchored = dict[int, list[tuple[int, Numbered]]]


class Classifier:
    """Applies a rule book; among rules that hold, the strongest decides, then the earliest word.

    Then the rule of more words, then of more letters, then the one that stands first.
    """

    def __init__(self, book: RuleBook) -> None:
        self._rules = book.rules
        self._numbers: dict[Pattern, int] = {}
        self._numbered = [self._number(rule) for rule in book.rules]
        self._of_names = self._anchor(of_makers=False)
        self._of_makers = self._anchor(of_makers=True)
        beginnings = {len(pattern.text) for pattern in self._numbers if pattern.is_beginning}
        self._lengths = sorted(beginnings)
        self._sorted = sorted(self._numbers)
        self._met: dict[str, list[list[int]]] = {}

    def classify(self, name: str, manufacturer: str | None = None) -> Verdict:
        """The category of a name as published; the manufacturer counts where no word decides.

        What is left of a word at the end of a cut name counts where no whole word decides.
        """
        places = self._find(name)
        decided = self._decide(places, self._of_names)
        if decided is None and len(name.strip()) in CUT_LENGTHS:
            words = split_words(name)
            cut = self._guess(words[-1]) if words else []
            guessed = dict.fromkeys(cut, len(words)) | places
            decided = self._decide(guessed, self._of_names)
        if decided is None and manufacturer:
            decided = self._decide(self._find(manufacturer), self._of_makers)
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

    def _anchor(self, of_makers: bool) -> Anchored:
        """Rules by one of their words, the one that fewest rules share: few are tried per name."""
        chosen = [
            (place, rule)
            for place, rule in enumerate(self._numbered)
            if (rule.strength == Strength.MAKERS) == of_makers
        ]
        shared = Counter(word for _, rule in chosen for word in rule.words)
        anchored: dict[int, list[tuple[int, Numbered]]] = defaultdict(list)
        for place, rule in chosen:
            anchored[min(rule.words, key=shared.__getitem__)].append((place, rule))
        return dict(anchored)

    def _find(self, text: str) -> dict[int, int]:
        """The first place of each pattern that a word meets."""
        places: dict[int, int] = {}
        place = 0
        for piece in text.split():
            met = self._met.get(piece)
            if met is None:  # names share most of their pieces
                met = self._met[piece] = [self._patterns_of(word) for word in split_words(piece)]
            for numbers in met:
                for number in numbers:
                    places.setdefault(number, place)
                place += 1
        return places

    def _patterns_of(self, word: str) -> list[int]:
        wanted = [Pattern(word, False)]
        wanted += [Pattern(word[:n], True) for n in self._lengths if n <= len(word)]
        return [self._numbers[pattern] for pattern in wanted if pattern in self._numbers]

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

    def _decide(self, places: dict[int, int], anchored: Anchored) -> int | None:
        best: Rank | None = None
        for met, place in places.items():
            for number, rule in anchored.get(met, ()):
                if best is not None and rule.strength < best[0]:
                    continue
                first = _first(rule.words, places, place)
                if first is None:
                    continue
                rank = (rule.strength, -first, len(rule.words), rule.letters, -number)
                if (best is None or rank > best) and rule.without.isdisjoint(places):
                    best = rank
        return None if best is None else -best[-1]


@cache
def shipped_classifier() -> Classifier:
    """Applies the rules that are shipped."""
    return Classifier(load_rules())


def _first(words: tuple[int, ...], places: dict[int, int], first: int) -> int | None:
    """The earliest place of the words, one of which stands at first; None where one is missing."""
    for word in words:
        place = places.get(word)
        if place is None:
            return None
        if place < first:
            first = place
    return first
