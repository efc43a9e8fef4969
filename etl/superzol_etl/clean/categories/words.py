"""Cuts names into words, spelled as search spells them."""

import re

# Keep equal to the SQL function search_text.
SPELLING = str.maketrans("ךםןףץ", "כמנפצ", "'\"`´׳״‘’“”")
WORD = re.compile(r"[^\W\d_]+|\d+|%")
DOUBLED = {"וו": "ו", "יי": "י"}


def search_text(words: str) -> str:
    """Lower case, no geresh or gershayim, final letters as others, words apart by one blank."""
    spelled = words.lower().translate(SPELLING)
    return re.sub(r"(?:[^\w%.]|_)+", " ", spelled).strip(" ")


def split_words(name: str) -> list[str]:
    """The words and numbers of a name; full and defective spelling (וו, יי) become one."""
    text = name.lower().translate(SPELLING)
    for doubled, single in DOUBLED.items():
        text = text.replace(doubled, single)
    return WORD.findall(text)
