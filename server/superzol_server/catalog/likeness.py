"""How far apart two words are, in the slips that make one the other."""

from functools import cache

from rapidfuzz.distance import OSA, Levenshtein

# Hebrew writes vowels with these or without (יוגורט, יוגרט), and what sounds alike in several ways.
VOWELS = frozenset("אהוי")
ALIKE = "אע", "וב", "כחקג", "טת", "סצש", "kc", "sz", "iy"
SOUNDS = {letter: alike[0] for alike in ALIKE for letter in alike}
SLIP = 2  # what a letter too many, too few or another one weighs; vowels and what sounds alike half
LONG = 6  # letters of a word that may hold a slip and a half
BEYOND_LETTERS = 0x40000


def weigh(word: str, other: str) -> int | None:
    """Returns the least weight of the slips that make one word the other.

    None where that is more than the first word may hold. Neighbours that changed places are a slip.
    """
    most = most_weight(word)
    spelled = Levenshtein.distance(spell(word), spell(other), score_cutoff=most)
    plain = SLIP * OSA.distance(word, other, score_cutoff=most // SLIP)
    weight = min(spelled, plain)
    return weight if weight <= most else None


def most_weight(word: str) -> int:
    """Returns what the slips in a word may weigh, and so how much longer or shorter it may be."""
    return SLIP if len(word) < LONG else SLIP + 1


def spell(word: str) -> str:
    """Returns a word by signs, of which slips that weigh half change one, and others two."""
    return "".join(map(_signs, word))


def shape(word: str) -> str:
    """Returns the sounds of the consonants, of which a slip changes one and most half ones none."""
    return "".join(map(_consonant, word))


@cache
def _signs(letter: str) -> str:
    """Returns a vowel itself; of another letter its sound, and a sign that no other one has."""
    own = "" if letter in VOWELS else chr(ord(letter) + BEYOND_LETTERS)
    return SOUNDS.get(letter, letter) + own


@cache
def _consonant(letter: str) -> str:
    sound = SOUNDS.get(letter, letter)
    if letter in VOWELS:
        return ""
    return letter if sound in VOWELS else sound
