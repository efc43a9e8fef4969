"""Numbers the item codes of one chain, so that rows carry four bytes instead of a text."""

import re

import numpy as np
import numpy.typing as npt
import polars as pl

WELL_FORMED = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,39}")
UNSEEN, GOOD, MALFORMED = 0, 1, 2


class CodeBook:
    """Gives each distinct code the same number in all blocks and files of a chain."""

    def __init__(self) -> None:
        self._categories = pl.Categories.random()
        # Polars forgets categories that no series uses: this one keeps them, and makes "" number 0.
        self._anchor = pl.Series([""]).cast(pl.Categorical(self._categories))
        self._state = np.array([MALFORMED], np.int8)
        self._codes = [""]

    def number(self, codes: pl.Series) -> npt.NDArray[np.int64]:
        """The number of each code, where it is null that of ""; threads may call it at once."""
        physical = codes.cast(pl.Categorical(self._categories)).to_physical()
        return physical.cast(pl.Int64).fill_null(0).to_numpy()

    def judge(self, codes: pl.Series, found: npt.NDArray[np.int64]) -> None:
        """Finds out which of them are codes at all. found: their numbers. Not for threads."""
        self._grow(int(found.max(initial=0)) + 1)
        unseen = np.flatnonzero(self._state[found] == UNSEEN)
        new, firsts = np.unique(found[unseen], return_index=True)
        for number, code in zip(
            new.tolist(), codes[unseen[firsts].tolist()].to_list(), strict=True
        ):
            self._codes[number] = code.strip()
            is_good = WELL_FORMED.fullmatch(self._codes[number])
            self._state[number] = GOOD if is_good else MALFORMED

    def judged(self, found: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The numbers; -1 where the code is null or no code. Each must have been judged."""
        is_good = self._state[found] == GOOD
        return found if is_good.all() else np.where(is_good, found, -1)

    def codes(self) -> list[str]:
        """All codes by number, malformed ones too."""
        return self._codes

    def _grow(self, size: int) -> None:
        missing = size - len(self._codes)
        if missing > 0:
            self._codes += [""] * missing
            self._state = np.append(self._state, np.full(missing, UNSEEN, np.int8))
