"""Which words were meant where no name holds those of a search."""

from collections.abc import Iterable
from typing import NamedTuple

# Hebrew writes vowels with these or without (יוגורט, יוגרט), and what sounds alike in several ways.
VOWELS = frozenset("אהוי")
SOUNDS = tuple(map(frozenset, ("אהע", "בו", "חכק", "טת", "סשצ", "גכ", "ck", "sz", "iy")))
SLIP, SPELLING = 2, 1  # what a letter too many, too few or another one weighs
LONG = 6  # letters of a word that may hold two slips
SO_MANY_MORE = 8  # times as many products as hold the word that was written


class Likeness(NamedTuple):
    """A word of a search, a word of names that is like it, and how many products hold each."""

    word: str
    word_count: int
    like_word: str
    like_count: int


def choose_words(found: Iterable[Likeness]) -> dict[str, str]:
    """Returns the word that was meant for each that seems misspelt, all as search_text leaves them.

    The nearest one, of equals that of more products; vowels and what sounds alike weigh half.
    """
    nearest: dict[str, tuple[int, int, str]] = {}
    for each in found:
        weight = weigh(each.word, each.like_word)
        most = SLIP if len(each.word) < LONG else 2 * SLIP
        if weight <= most and each.like_count > SO_MANY_MORE * each.word_count:
            meant = weight, -each.like_count, each.like_word
            nearest[each.word] = min(meant, nearest.get(each.word, meant))
    return {word: meant for word, (_, _, meant) in nearest.items()}


def weigh(word: str, other: str) -> int:
    """Returns how far words are apart: the least weight of the slips that make one the other."""
    before: list[int] = []
    row = [0]
    for letter in other:
        row.append(row[-1] + _gap(letter))
    for place, letter in enumerate(word):
        before, last, row = row, before, [row[0] + _gap(letter)]
        for column, another in enumerate(other):
            least = min(
                before[column + 1] + _gap(letter),
                row[-1] + _gap(another),
                before[column] + _swap(letter, another),
            )
            if last and column and letter + another == other[column - 1] + word[place - 1]:
                least = min(least, last[column - 1] + SLIP)
            row.append(least)
    return row[-1]


def _gap(letter: str) -> int:
    return SPELLING if letter in VOWELS else SLIP


def _swap(letter: str, other: str) -> int:
    if letter == other:
        return 0
    return SPELLING if any({letter, other} <= alike for alike in SOUNDS) else SLIP
