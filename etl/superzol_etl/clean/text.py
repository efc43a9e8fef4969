"""Published texts as people are to read them, and which of them say nothing or are tests."""

import re

# Texts of the feeds have 101 at most; a stray quote makes one of megabytes, which neither an index
# of PostgreSQL (2,704 bytes) nor an answer of gRPC (4 MB) can hold.
MOST_LETTERS = 300
# Seen in the feeds instead of nothing; compared in lower case.
PLACEHOLDERS = frozenset(
    ["", "''", "unknown", "null", "none", "nan", "no_body", "{}", "0", "-", ".", "לא ידוע", "אין"]
)
# Said of a product instead of a name, a manufacturer or a country; compared in lower case.
VAGUE_WORDS = [
    *["general", "none", "n/a", "na", "no name", "other", "אחר", "אחרים", "כללי", "ללא", "לא ידוע"],
    *["ללא יצרן", "ללא מותג", "ללא שם", "לא מוגדר", "לא משויך", "לא רלוונטי", "שונות"],
]
TEST_NAMES = ["test", "Test", "TEST", "טסט", "בדיקה", "פריט בדיקה", "מוצר בדיקה"]
# Of 18,842 names of the feeds 357 are not in one line with one blank between words. The first are
# blanks to the eye, the others nothing; marks of direction may turn what a page shows beside them.
BLANKS = "\x01-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
UNSEEN = "\0\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
UNTIDY = f"[{BLANKS}{UNSEEN}]|  "
IS_UNTIDY, BLANK_RUN, UNSEEN_RUN = map(re.compile, (UNTIDY, f"[ {BLANKS}]+", f"[{UNSEEN}]+"))


def one_line(text: str) -> str:
    """The text without what is not seen, and with one blank where it has others or several."""
    if IS_UNTIDY.search(text) is None:
        return text
    return BLANK_RUN.sub(" ", UNSEEN_RUN.sub("", text)).strip()


def cut(published: str) -> str:
    """The text in one line without outer blanks, no longer than an answer can hold."""
    return one_line(published).strip()[:MOST_LETTERS].rstrip()


def blank_placeholder(published: str | None) -> str | None:
    """The text in one line without outer blanks, cut at MOST_LETTERS; None when it says nothing."""
    if published is None:
        return None
    text = cut(published)
    return None if text.lower() in PLACEHOLDERS else text
