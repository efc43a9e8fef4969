"""The cells of one promotion row, unmasked, and what of them can be trusted.

Up to April 2026 (era A) the publisher wrote a cell empty when it was empty and when it equalled
the one above. Such a cell comes here marked as inherited: it holds the value above, or nothing.
"""

from collections.abc import Mapping

from superzol_etl.clean.amounts import is_amount, is_readable, read_positive
from superzol_etl.clean.promotions import read_clubs
from superzol_etl.clean.text import MOST_LETTERS
from superzol_etl.decode.columns import EMPTY
from superzol_etl.decode.nested import EMPTY_LEAF, Node, UnreadableTree, read_tree, texts

INHERITED = "\x03"

# Fields that a reward of this code always has: inherited, they hold the value above.
ALWAYS_FILLED = {
    "1": ("discountedprice", "discountedpricepermida", "minqty"),
    "2": ("discountrate", "discounttype", "minqty"),
    "3": ("discountrate", "discounttype", "minamount"),
    "6": ("minqty",),
    "7": ("minqty",),
    "9": ("discountrate", "discounttype", "minqty"),
}
# Fields that are empty in some promotions and filled in others of one file.
SOMETIMES_EMPTY = (
    "discountedprice",
    "discountedpricepermida",
    "discountrate",
    "discounttype",
    "minqty",
    "minamount",
    "maxqty",
    "minpurchaseamnt",
    "maxamount",
    "remarks",
    "redemptionlimit",
    "promotiondays",
)
TEXTS = ("promotiondescription",)
RESTRICTIONS = ("maxqty", "minpurchaseamnt", "promotiondays")
DIGITS_OF_DAYS = frozenset("01234567")  # from Sunday or Monday, from 0 or 1
NOTHING = frozenset(["", EMPTY, EMPTY_LEAF])
MINIMA = {"minqty": 1000, "minpurchaseamnt": 100, "minamount": 100}  # and their scales


class Cells:
    """One row: text by column, None where the file lacks the column."""

    def __init__(self, values: Mapping[str, str | None]) -> None:
        self.values = values
        told = {column: value.strip() for column, value in values.items() if value}
        certain = ALWAYS_FILLED.get(told.get("rewardtype", ""), ())
        for column, text in told.items():
            if text.startswith(INHERITED):
                told[column] = text[1:] if column in certain else ""
        self._texts = {column: text for column, text in told.items() if text not in NOTHING}
        self._trees: dict[str, Node] = {}

    def text(self, column: str) -> str | None:
        """The text; None when it is empty, or when nobody can tell that it is not."""
        return self._texts.get(column)

    def first(self, *columns: str) -> str | None:
        """The text of the first of these columns that has one."""
        return next((text for column in columns if (text := self.text(column))), None)

    def tree(self, column: str) -> Node:
        """The tree in a cell; its text where it is no tree. Raises UnreadableTree."""
        text = self._texts.get(column)
        if text is None or text[0] not in "{[":
            return text
        if column not in self._trees:
            self._trees[column] = read_tree(text)
        return self._trees[column]

    def published(self, column: str) -> Node:
        """The tree in a cell, or its text; a text may well begin as trees do: `[מבצע] 2 ב-10`."""
        try:
            return self.text(column) if column in TEXTS else self.tree(column)
        except UnreadableTree:
            return self.text(column)

    def amount(self, column: str) -> int | None:
        """Agorot; None when it is empty, zero or no amount."""
        return read_positive(self.text(column), 100)

    def restrictions_known(self) -> bool:
        """No limit is hidden by an inherited cell, by one that is no number, or in days."""
        most = self.text("maxqty")
        return (
            not any((self.values.get(name) or "").startswith(INHERITED) for name in RESTRICTIONS)
            and all(is_readable(self.text(name), scale) for name, scale in MINIMA.items())
            and (most is None or is_amount(most))
            and self._holds_every_day()
        )

    def clubs(self) -> tuple[str, ...] | None:
        """The numbers of the clubs it is for, none when it is for everyone; None where nobody can
        tell. Netiv Hased names them among the additional restrictions.
        """
        limits = self.tree("additionalrestrictions")
        within = limits if isinstance(limits, dict) else {}
        for node in (self.tree("clubs"), self.text("clubid"), within.get("clubs")):
            told = texts(node.get("clubid", node or None) if isinstance(node, dict) else node)
            if told is None:
                return None
            if told:
                clubs = read_clubs([text.replace("\0", "") for text in told])
                return clubs if all(len(club) <= MOST_LETTERS for club in clubs) else None
        return ()

    def _holds_every_day(self) -> bool:
        """No days of the week are told, or all seven: which one a number means is not known."""
        days = self.text("promotiondays")
        return days is None or len(DIGITS_OF_DAYS.intersection(days)) >= 7
