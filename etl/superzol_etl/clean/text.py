"""Which published texts say nothing, and which rows are tests."""

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


def blank_placeholder(published: str | None) -> str | None:
    """The text without outer blanks and NUL, cut at MOST_LETTERS; None when it says nothing."""
    if published is None:
        return None
    text = published.replace("\0", "").strip()[:MOST_LETTERS]
    return None if text.lower() in PLACEHOLDERS else text
