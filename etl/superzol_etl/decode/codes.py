"""Numbers the item codes of one chain, so that rows carry four bytes instead of a text."""

import re

import numpy as np
import numpy.typing as npt
import polars as pl

WELL_FORMED = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,39}")


class CodeBook:
    """Gives each distinct code the same number in all blocks and files of a chain."""

    def __init__(self) -> None:
        self._categories = pl.Categories.random()
        # Polars forgets categories that no series uses: this one keeps them, and makes "" number 0.
        self._anchor = pl.Series([""]).cast(pl.Categorical(self._categories))
        self._malformed = np.array([True])

    def number(self, codes: pl.Series) -> npt.NDArray[np.int64]:
        """The number of each code; -1 where the code is null or no code."""
        physical = codes.cast(pl.Categorical(self._categories)).to_physical()
        numbers = physical.cast(pl.Int64).fill_null(-1).to_numpy()
        if numbers.max(initial=-1) >= len(self._malformed):
            self._judge_new()
        return np.where(self._malformed[numbers], -1, numbers)

    def codes(self) -> list[str]:
        """All codes by number, malformed ones too."""
        return [code.strip() for code in self._categories.to_series().to_list()]

    def _judge_new(self) -> None:
        known = len(self._malformed)
        new = self._categories.to_series()[known:].to_list()
        if new:
            malformed = [WELL_FORMED.fullmatch(code.strip()) is None for code in new]
            self._malformed = np.concatenate([self._malformed, np.array(malformed)])
