"""Gathers the price rows of all files of a chain in flat arrays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.clean.words import understand_words
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import blanked
from superzol_etl.decode.parse import WORDS
from superzol_etl.decode.prices import PriceBlock
from superzol_etl.decode.scanned import Numbers
from superzol_etl.records import OfferFlag, Part

Kind = TypeVar("Kind", bound=np.generic)

NO_RANK = np.iinfo(np.int64).max
DELTA_RANK = 1 << 40  # words of full files come before those of deltas


@dataclass(slots=True)
class Rows:
    """All good price rows of a chain, in the order of its files.

    part: place in parts. price: agorot. line: where the row starts in its file. words: a row
    for each code, by its number, cleaned and understood.
    """

    codes: list[str]
    parts: list[Part]
    code: npt.NDArray[np.int32]
    part: npt.NDArray[np.int32]
    price: npt.NDArray[np.int32]
    flags: npt.NDArray[np.int16]
    line: npt.NDArray[np.int32]
    words: pl.DataFrame


class NewCodes(NamedTuple):
    """Codes not seen before. words: a row for each, with its number as code, the columns WORDS
    as published, weighted and is_full.
    """

    codes: list[str]
    words: pl.DataFrame


@dataclass(slots=True)
class Gatherer:
    """Takes blocks in file order and hands out the rows once; tells of new codes as they come."""

    tell_new: Callable[[NewCodes], None]
    codes: CodeBook = field(default_factory=CodeBook)
    _parts: list[Part] = field(default_factory=list)
    _numbers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _codes: list[npt.NDArray[np.int32]] = field(default_factory=list)
    _part_numbers: list[npt.NDArray[np.int32]] = field(default_factory=list)
    _prices: list[npt.NDArray[np.int32]] = field(default_factory=list)
    _flags: list[npt.NDArray[np.int16]] = field(default_factory=list)
    _lines: list[npt.NDArray[np.int32]] = field(default_factory=list)
    _words: list[pl.DataFrame] = field(default_factory=list)
    _best_rank: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, block: PriceBlock) -> None:
        """Takes one block."""
        self._codes.append(block.code.astype(np.int32))
        self._part_numbers.append(self._number_parts(block.parts)[block.part])
        self._prices.append(block.price)
        self._flags.append(block.flags)
        self._lines.append(block.line)
        self._add_words(block)

    def _number_parts(self, parts: list[Part]) -> npt.NDArray[np.int32]:
        """The number of each part: all rows of one store in one source XML are one part."""
        numbers = []
        for part in parts:
            key = (part.csv_file, part.source_file, part.store_code)
            number = self._numbers.setdefault(key, len(self._parts))
            if number == len(self._parts):
                self._parts.append(part)
            elif part.cut:
                self._parts[number] = replace(self._parts[number], cut=True)
            numbers.append(number)
        return np.array(numbers, np.int32)

    def rows(self) -> Rows:
        """Everything added so far; the gatherer is empty afterwards."""
        with ThreadPoolExecutor(1) as pool:
            # All other cores are idle by now.
            understanding = pool.submit(understand_words, self._chain_words())
            code, part = _join(self._codes, np.int32), _join(self._part_numbers, np.int32)
            items = _count_items(part, code, len(self._parts))
            prices, flags = _join(self._prices, np.int32), _join(self._flags, np.int16)
            lines = _join(self._lines, np.int32)
            words = understanding.result()
        parts = [
            replace(known, rows=count) for known, count in zip(self._parts, items, strict=True)
        ]
        return Rows(self.codes.codes(), parts, code, part, prices, flags, lines, words)

    def _add_words(self, block: PriceBlock) -> None:
        """Keeps each product's words from the full file of the lowest store number.

        So they stay the same from day to day, although branches disagree and files come in any
        order.
        """
        missing = int(block.code.max(initial=-1)) + 1 - len(self._best_rank)
        if missing > 0:
            self._best_rank = np.append(self._best_rank, np.full(missing, NO_RANK))
        rank = np.array([_rank(part) for part in block.parts], np.int64)[block.part]
        before = self._best_rank[block.code]
        better = np.flatnonzero(rank < before)
        if not len(better):
            return
        code = block.code[better]
        np.minimum.at(self._best_rank, code, rank[better])
        better = better[rank[better] == self._best_rank[code]]
        words = _words_at(block, better, rank)
        self._words.append(words)
        new = np.flatnonzero(before[better] == NO_RANK)
        if not len(new):
            return
        numbers, places = np.unique(block.code[better[new]], return_index=True)
        codes = [self.codes.codes()[number] for number in numbers.tolist()]
        firsts = pl.Series(new[places])
        first_words = pl.DataFrame([word.gather(firsts) for word in words.iter_columns()])
        self.tell_new(NewCodes(codes, first_words))

    def _chain_words(self) -> pl.DataFrame:
        """One row per code: code, is_full and each word that is not blank, the best first."""
        if not self._words:
            texts = dict.fromkeys(WORDS, pl.String)
            return pl.DataFrame(
                schema={"code": pl.Int64, **texts, "weighted": pl.Boolean, "is_full": pl.Boolean}
            )
        return (
            pl.concat(self._words)
            .with_columns(blanked(word) for word in WORDS)
            .sort("rank", maintain_order=True)
            .group_by("code", maintain_order=True)
            .agg(
                *(pl.col(word).drop_nulls().first() for word in WORDS),
                pl.col("weighted").first(),
                pl.col("is_full").first(),
            )
        )


def _words_at(block: PriceBlock, rows: Numbers, rank: Numbers) -> pl.DataFrame:
    """The words of some rows; by column, as operations on frames would wait for threads."""
    code, ranks = block.code[rows], rank[rows]
    weighted = (block.flags[rows] & OfferFlag.WEIGHTED) != 0
    return pl.DataFrame(
        [
            *block.words.at(rows),
            pl.Series("weighted", weighted),
            pl.Series("code", code),
            pl.Series("rank", ranks),
            pl.Series("is_full", ranks < DELTA_RANK),
        ]
    )


def _rank(part: Part) -> int:
    number = int(part.store_code) if part.store_code.isdigit() else DELTA_RANK - 1
    return min(number, DELTA_RANK - 1) + (0 if part.is_full else DELTA_RANK)


def _count_items(part: npt.NDArray[np.int32], code: npt.NDArray[np.int32], parts: int) -> list[int]:
    """How many items each part has: a source that stands twice in a file has each of them twice."""
    packed = part.astype(np.int64) << 32
    packed |= code
    packed.sort()
    firsts = np.append(True, packed[1:] != packed[:-1])[: len(packed)]
    counts: list[int] = np.bincount(packed[firsts] >> 32, minlength=parts).tolist()
    return counts


def _join(pieces: list[npt.NDArray[Kind]], kind: type[Kind]) -> npt.NDArray[Kind]:
    """One array of many; the pieces are given up, not to stand in memory twice."""
    joined = np.concatenate(pieces) if pieces else np.zeros(0, kind)
    pieces.clear()
    return joined
