"""Turns rows of the REST API back into the CSV they came from."""

import csv
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, Field

EMPTY = "''"
LEADING = ("found_folder", "file_name")

Cell: TypeAlias = str | int | float | bool | None


class Row(BaseModel):
    """A row as the API gives it: nothing is masked in it, and an empty value may be null or NaN.

    row_index: counts rows, where told; of some servers those of the XML, of some those of a page.
    """

    found_folder: str
    file_name: str
    row_content: dict[str, Cell]
    row_index: int | None = None


class Page(BaseModel):
    """Some rows of one source XML.

    next_cursor: where the next page begins, null at the end; older servers say has_more instead,
    and the next page begins after the rows that came. total_count: of the whole XML, where told.
    """

    rows: list[Row]
    next_cursor: int | str | None = None
    has_more: bool = False
    total_count: int | None = Field(None, ge=0)

    def cursor_after(self, rows_before: int) -> int | str | None:
        """Where the next page begins; None after the last."""
        if self.next_cursor is not None:
            return self.next_cursor
        return rows_before + len(self.rows) if self.has_more else None


def write_rows(target: Path, rows: Iterable[Row], columns: list[str]) -> None:
    """Writes the rows as the publisher does: a cell that repeats the one above is left empty.

    columns: all that any of the rows has, in order. Masking ends where a source XML ends.
    """
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*LEADING, *columns])
        above: list[str] = []
        for row in rows:
            cells = [row.found_folder, row.file_name]
            cells += [as_text(row.row_content.get(column)) for column in columns]
            is_same_file = above[:2] == cells[:2]
            writer.writerow(_mask(cells, above) if is_same_file else cells)
            above = cells


def _mask(cells: list[str], above: list[str]) -> list[str]:
    return [
        "" if cell == over and cell != EMPTY else cell
        for cell, over in zip(cells, above, strict=True)
    ]


def as_text(cell: Cell) -> str:
    """A cell as the CSV has it; whole floats lose the .0 that the API's table gave them."""
    if cell is None or cell == "":
        return EMPTY
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        if math.isnan(cell):
            return EMPTY
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)
