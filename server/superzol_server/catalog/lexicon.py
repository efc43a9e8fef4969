"""The words that names hold, and which of them were meant by words that seem misspelt."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from superzol_server.catalog.likeness import LONG, SLIP, most_weight, shape, weigh

FEW = 20  # times that names hold a word which may be a slip of somebody in a chain too
SO_MANY_MORE = 8  # times as often as what was written, or as a word that is nearer by half a slip
# Of all words of names the share of one that a short word half a slip away may mean: those of daily
# life that nobody sells are near to some rare word or other.
LEAST_SHARE = 2e-5
MOST_MISSPELT = 5  # words of a search, as each takes up to 5 ms among 37,000
SHORTEST = 3  # letters of a word that may be misspelt, and of both that lack a blank
ANY = "?"  # in a shape, whichever sound stands there


class Candidate(NamedTuple):
    """What may have been meant, how often names hold it, and what the slips weigh."""

    words: str
    held: int
    weight: int

    @property
    def likelihood(self) -> float:
        """The larger, the likelier."""
        return self.held * float(SO_MANY_MORE) ** -self.weight


class Lexicon:
    """Words that names hold, found by their likeness."""

    def __init__(self) -> None:
        self._known = set[str]()
        # Words in one text, apart by blanks: a collection of garbage would look through lists.
        self._by_beginning: dict[str, str] = {}
        self._by_shape: dict[str, str] = {}
        self.count({})

    def add(self, word: str) -> None:
        """Makes a word known, if it is new and one of letters."""
        if word in self._known or len(word) < SHORTEST - 1 or not word.isalpha():
            return
        self._known.add(word)
        beginning, own = word[:SHORTEST], shape(word)
        self._by_beginning[beginning] = f"{self._by_beginning.get(beginning, '')} {word}"
        for key in (own, *_blurred(own)):
            self._by_shape[key] = f"{self._by_shape.get(key, '')} {word}"

    def count(self, counts: Mapping[str, int]) -> None:
        """Tells how often names hold each word, from now on."""
        self._counts = counts
        self._least = LEAST_SHARE / SO_MANY_MORE * sum(counts.values())

    def correct(self, words: Sequence[str]) -> list[str]:
        """Returns the words of a search with those that were meant, all as search_text leaves them.

        A word is read as a likely one that is near, or as two without a blank between them; two
        as one with a blank too many.
        """
        meant, looks = list[str](), MOST_MISSPELT
        left = list(reversed(words))
        while left:
            word = left.pop()
            if left and self._is_one(word, left[-1]):
                meant.append(word + left.pop())
            elif looks and self._is_rare(word):
                looks -= 1
                meant.append(self._find_meant(word))
            else:
                meant.append(word)
        return meant

    def _is_one(self, word: str, after: str) -> bool:
        """Whether names hold two words as one, and one of them hardly by itself."""
        apart = min(self._counts.get(word, 0), self._counts.get(after, 0))
        return self._counts.get(word + after, 0) > SO_MANY_MORE * apart

    def _is_rare(self, word: str) -> bool:
        return len(word) >= SHORTEST and word.isalpha() and self._count_begun(word) < FEW

    def _count_begun(self, word: str) -> int:
        """Returns how often names hold the word or one that begins with it, as searches find it."""
        alike = self._by_beginning.get(word[:SHORTEST], "").split()
        return sum(self._counts.get(each, 0) for each in alike if each.startswith(word))

    def _find_meant(self, word: str) -> str:
        """Returns the likeliest word, or two, in place of one; itself where none is likely."""
        enough = SO_MANY_MORE * self._count_begun(word)
        least = self._least if len(word) < LONG else 0
        likely = [
            each
            for each in (*self._near(word), *self._parts(word))
            if each.held > enough and each.likelihood >= least
        ]
        best = max(likely, key=lambda each: (each.likelihood, each.words), default=None)
        return best.words if best else word

    def _near(self, word: str) -> Iterator[Candidate]:
        """Yields words that are a slip away or half ones."""
        own, most = shape(word), most_weight(word)
        keys = {own, *_shorter(own), *_turned(own), *_blurred(own), *_longer(own)}
        for other in {other for key in keys for other in self._by_shape.get(key, "").split()}:
            if abs(len(other) - len(word)) <= most and (weight := weigh(word, other)) is not None:
                yield Candidate(other, self._counts.get(other, 0), weight)

    def _parts(self, word: str) -> Iterator[Candidate]:
        """Yields two words that are the word without a blank, which is a slip."""
        for place in range(SHORTEST, len(word) - SHORTEST + 1):
            parts = word[:place], word[place:]
            held = min(self._counts.get(part, 0) for part in parts)
            yield Candidate(" ".join(parts), held, SLIP)


def _blurred(own: str) -> list[str]:
    """Returns the shape with any sound in place of each."""
    return [own[:place] + ANY + own[place + 1 :] for place in range(len(own))]


def _longer(own: str) -> list[str]:
    """Returns the shape with any sound more."""
    return [own[:place] + ANY + own[place:] for place in range(len(own) + 1)]


def _shorter(own: str) -> list[str]:
    """Returns the shape without each of its sounds."""
    return [own[:place] + own[place + 1 :] for place in range(len(own))]


def _turned(own: str) -> list[str]:
    """Returns the shape with two neighbours in each other's place."""
    pairs = range(len(own) - 1)
    return [own[:at] + own[at + 1] + own[at] + own[at + 2 :] for at in pairs]
