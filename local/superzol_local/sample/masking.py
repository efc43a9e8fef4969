"""Writes tables as the publisher of the dataset does: every cell that repeats is left empty."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import polars as pl

EMPTY = "''"


def mask_blocks(blocks: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Masks the rows of source XMLs, each a block: null stands for "as in the row above".

    blocks: of the same text columns, "" or null for an empty source value, which becomes '' and is
    never masked. One table of all, as a column costs more than the rows of a store.
    """
    is_first = np.concatenate([np.arange(len(block)) == 0 for block in blocks])
    columns = []
    for name in blocks[0].columns:
        value = pl.col(name).fill_null("").replace("", EMPTY)
        repeats = (value == value.shift()).fill_null(False) & (value != EMPTY)
        columns.append(pl.when(~repeats | pl.Series(is_first)).then(value).alias(name))
    return pl.concat(blocks, how="vertical_relaxed").select(columns)


def write_csv(blocks: Sequence[pl.DataFrame]) -> bytes:
    """Returns the bytes of one CSV file whose source XMLs are the blocks, in order.

    Columns stand in the order in which blocks bring them; a block without a column has '' in it.
    At least two columns: a masked cell alone in its row would be an empty line.
    """
    columns: list[str] = []
    lines: list[pl.Series] = []
    for names, alike in groupby(blocks, lambda block: block.columns):
        late = [name for name in names if name not in columns]
        columns += late
        if late and lines:
            lines = [
                _rewrite(lines[0], late),
                *(_rewrite(each, [EMPTY] * len(late)) for each in lines[1:]),
            ]
        if not lines:
            lines = [pl.select(_line([pl.lit(name) for name in columns])).to_series()]
        lines.append(_lines(mask_blocks(list(alike)), columns))
    return "".join(line for each in lines for line in each).encode()


def _lines(masked: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    cells = [pl.col(name) if name in masked.columns else pl.lit(EMPTY) for name in columns]
    return masked.select(_line(cells)).to_series()


def _line(cells: Sequence[pl.Expr]) -> pl.Expr:
    return pl.concat_str(pl.concat_str(map(_quote, cells), separator=","), pl.lit("\n"))


def _quote(cell: pl.Expr) -> pl.Expr:
    """Quotes as the publisher's csv module does: not for a bare CR, which polars would quote."""
    quoted = pl.concat_str(pl.lit('"'), cell.str.replace_all('"', '""', literal=True), pl.lit('"'))
    return pl.when(cell.str.contains('[",\n]')).then(quoted).otherwise(cell.fill_null(""))


def _rewrite(lines: pl.Series, late_cells: Sequence[str]) -> pl.Series:
    """Adds cells of late columns; the publisher's rewrite ends the older lines with CR LF."""
    end = "".join(f",{cell}" for cell in late_cells) + "\r\n"
    return lines.str.strip_suffix("\n").str.strip_suffix("\r") + end
