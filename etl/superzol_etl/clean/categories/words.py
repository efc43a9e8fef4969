"""Cuts names into words, spelled as search spells them."""

import re
import unicodedata

# Keep equal to the SQL functions plain_text, percent_text and search_text.
POINTS = {*range(0x591, 0x5C8)} - {0x5BE, 0x5C0, 0x5C3, 0x5C6}  # those are punctuation
INVISIBLE = {0xAD, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)}
INVISIBLE |= {*range(0x2060, 0x2070)}
QUOTES = "'\"`´׳״‘’“”‚‛„‟′ʹʼʽ"
SPELLING = str.maketrans("ךםןףץ", "כמנפצ", QUOTES) | dict.fromkeys(POINTS | INVISIBLE)
WORD = re.compile(r"[^\W\d_]+|\d+|%")
BETWEEN_WORDS = re.compile(r"(?:[^\w%.]|_)+")
PERCENT_BEFORE_NUMBER = re.compile(r"(?<![0-9])%([0-9]+(?:[.][0-9]+)?)(?![0-9.%])")
PERCENT_BEFORE_WORD = re.compile(r"%(?=[^\W_])")
DOUBLED = {"וו": "ו", "יי": "י"}


def search_text(words: str) -> str:
    """Lower case, no points, geresh or gershayim, final letters as others, one blank between.

    A percent is behind its number and apart from the word after it.
    """
    spaced = BETWEEN_WORDS.sub(" ", _spell(words)).strip(" ")
    return PERCENT_BEFORE_WORD.sub("% ", PERCENT_BEFORE_NUMBER.sub(r"\1%", spaced))


def split_words(name: str) -> list[str]:
    """The words and numbers of a name; full and defective spelling (וו, יי) become one."""
    text = _spell(name)
    for doubled, single in DOUBLED.items():
        text = text.replace(doubled, single)
    return WORD.findall(text)


def _spell(words: str) -> str:
    if not unicodedata.is_normalized("NFKC", words):
        words = unicodedata.normalize("NFKC", words.replace("´", ""))  # of it NFKC makes a blank
    return words.lower().translate(SPELLING)
