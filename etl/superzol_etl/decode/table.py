"""Reads a block into a frame of text cells, masked cells null, bad rows remembered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.decode.columns import Layout
from superzol_etl.decode.rows import (
    BOM,
    HEADER_REPEATED,
    NAME_CELL,
    NEWLINE,
    Repaired,
    find_rows,
    raw_text,
    read_names,
    repair,
    xml_start,
)
from superzol_etl.errors import BadFile
from superzol_etl.records import MOST_REJECTS, Reject

END = "\x01"
COMMA = ord(",")
PIECE_BYTES = 128 << 10


class RaggedRows(Exception):
    """A row has fewer fields than the header."""


# Polars says SchemaError when all rows of a block are short, as in one cut in its only row.
UNREAD = (pl.exceptions.ComputeError, pl.exceptions.SchemaError, RaggedRows)


@dataclass(frozen=True, slots=True)
class Text:
    """A block as it was read; lines = how many lines it has in the file."""

    body: bytes
    lines: int
    repaired: Repaired | None

    @property
    def bad(self) -> dict[int, str]:
        """The rows that could not be read, by number, and why."""
        return self.repaired.bad if self.repaired else {}

    def interrupts(self, rows: Sequence[int]) -> list[bool]:
        """Each row may stand within an XML: it does not begin as those rows do that start one."""
        start = xml_start(self.body)
        if start is None:
            return [True] * len(rows)
        if self.repaired is not None:
            return [not self.repaired.rows[row].startswith(start) for row in rows]
        places = find_rows(self.body).starts[rows].tolist()
        return [not self.body.startswith(start, place) for place in places]

    def rejects(self, reasons: Mapping[int, str], first_line: int) -> list[Reject]:
        """The first MOST_REJECTS of these rows, which stand in order.

        first_line: the line of the file on which the block starts.
        """
        if not reasons:
            return []
        first = islice(reasons.items(), MOST_REJECTS)
        if self.repaired is not None:
            rows, lines = self.repaired.rows, self.repaired.lines
            return [
                Reject(first_line + lines[number], reason, raw_text(rows[number]))
                for number, reason in first
            ]
        bounds = find_rows(self.body)
        rejects = []
        line, passed = first_line, 0
        for number, reason in first:
            start, end = int(bounds.starts[number]), int(bounds.ends[number])
            line, passed = line + self.body.count(b"\n", passed, start), start
            rejects.append(Reject(line, reason, raw_text(self.body[start:end])))
        return rejects


@dataclass(frozen=True, slots=True)
class Table(Text):
    """A block and its cells."""

    cells: pl.DataFrame

    def row_lines(self) -> npt.NDArray[np.int32]:
        """The line of the block on which each row starts, the first being 0."""
        if self.repaired is not None:
            return np.array(self.repaired.lines, np.int32)
        rows = len(self.cells)
        if rows == self.lines + (not self.body.endswith(b"\n")):
            return np.arange(rows, dtype=np.int32)
        newlines = np.flatnonzero(np.frombuffer(self.body, np.uint8) == NEWLINE)
        return np.searchsorted(newlines, find_rows(self.body).starts).astype(np.int32)


def read_table(
    file: str, body: bytes, layout: Layout, columns: Sequence[str], constant: Sequence[str]
) -> Table:
    """Reads some columns of a block; constant = those with one value in a source XML.

    Raises BadFile when the file ends in the middle of a row.
    """
    width, places, name = layout.width, layout.places_of(columns), layout.places["file_name"][0]
    lines = _lines(body)
    try:
        frame = _parse(body, lines, width, places)
        if _ends_in_cr(frame, width):
            body = body.replace(b"\r\n", b"\n")
            frame = _parse(body, lines, width, places)
        if not _has_header(frame[f"column_{name}"]):
            return Table(body, lines, None, frame.select(_names(places)))
    except UNREAD:
        pass
    body = body.replace(b"\r\n", b"\n")
    repaired = repair(body, width, layout.places_of(constant), name, layout.starts_with_folder)
    for number, reason in repaired.bad.items():
        if reason == HEADER_REPEATED and read_names(repaired.rows[number]) != layout.header:
            raise BadFile(f"{file} has a second header with other columns: split it there")
    if not body.endswith(b"\n") and len(repaired.rows) - 1 in repaired.bad:
        raise BadFile(f"{file} is cut off in its last row: fetch it again")
    try:
        frame = _parse(repaired.body, _lines(repaired.body), width, places)
    except UNREAD as error:
        raise BadFile(f"{file} cannot be read as a CSV: {error}") from error
    return Table(body, lines, repaired, frame.select(_names(places)))


def _parse(body: bytes, lines: int, width: int, places: list[int]) -> pl.DataFrame:
    """Reads text cells of a body of so many lines, the last column always among them."""
    if not body.endswith(b"\n"):
        body, lines = body + b"\n", lines + 1
    read = {*places, width - 1}
    frame = _parse_filled(body, lines, width, read)
    if frame is None:
        frame = _parse_marked(body, lines, width, read)
    if any((text == "").any() for text in frame):
        # An empty cell in quotes is empty all the same, as it is for the publisher's own reader.
        frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return frame


def _parse_filled(body: bytes, lines: int, width: int, places: set[int]) -> pl.DataFrame | None:
    """A body of a line per row whose last cells are all filled; None for another.

    Polars fills a short row with nulls, so no row is short that has a last cell. Of a long one, as
    a comma in a name makes it, it drops the end without a word, so the commas are counted: they are
    too many also where one stands in quotes.
    """
    if not _has_last_cells(body, commas=lines * (width - 1)):
        return None
    try:
        frame = _read_cells(body, width, places)
    except UNREAD:
        return None
    is_filled = len(frame) == lines and not frame[f"column_{width - 1}"].null_count()
    return frame if is_filled else None


def _has_last_cells(body: bytes, commas: int) -> bool:
    """There are so many commas, and none ends a line; in pieces that stay in the core's cache."""
    letters = np.frombuffer(body, np.uint8)
    for start in range(0, len(letters), PIECE_BYTES):
        piece = letters[start : start + PIECE_BYTES + 1]
        is_comma = piece == COMMA
        commas -= int(np.count_nonzero(is_comma[:PIECE_BYTES]))
        if commas < 0 or (is_comma[:-1] & (piece[1:] == NEWLINE)).any():
            return False
    return commas == 0


def _parse_marked(body: bytes, lines: int, width: int, places: set[int]) -> pl.DataFrame:
    """Any body; a mark at each row's end tells short rows from rows that end in masked cells."""
    marked = body.replace(b"\n", f",{END}\n".encode())
    frame = _read_cells(marked, width + 1, {*places, width})
    end = frame[f"column_{width}"]
    if end.null_count() or not (end == END).all():
        raise RaggedRows
    if len(frame) < lines:
        mark = pl.all().str.replace_all(f",{END}\n", "\n", literal=True)
        frame = frame.with_columns(mark)
    return frame


def _read_cells(body: bytes, width: int, places: set[int]) -> pl.DataFrame:
    return pl.read_csv(
        body,
        has_header=False,
        schema={name: pl.String for name in _names(range(width))},
        columns=sorted(places),
        eol_char="\n",
    )


def _lines(body: bytes) -> int:
    """By numpy, as bytes.count would keep the other threads from running."""
    return int(np.count_nonzero(np.frombuffer(body, np.uint8) == NEWLINE))


def _ends_in_cr(frame: pl.DataFrame, width: int) -> bool:
    """When a column comes late, the publisher rewrites the lines above with CR LF ends."""
    return bool(frame[f"column_{width - 1}"].str.ends_with("\r").any())


def _has_header(sources: pl.Series) -> bool:
    """A header repeated as the publisher or another program writes it; most cells are masked."""
    told = sources.drop_nulls()
    short = told.filter(told.str.len_bytes() <= len(BOM + NAME_CELL))
    return (short.str.strip_prefix(BOM.decode()).str.to_lowercase() == NAME_CELL.decode()).any()


def _names(places: Iterable[int]) -> list[str]:
    return [f"column_{place}" for place in places]
