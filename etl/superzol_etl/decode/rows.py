"""Finds the rows of a block and repairs what Polars would refuse: a bad row harms only itself.

The fast path never comes here. A block is looked at row by row when a row has too few or too many
fields, quotes do not match or bytes are not UTF-8, and for the lines of rejected rows.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# A cell whose value cannot be known. It stands in for each cell of an unreadable row, so that the
# masked cells below inherit "not known" instead of a value from further up.
UNKNOWN = "\x02"

LONGEST_RAW_BYTES = 1 << 16  # one stray quote makes a row of megabytes; promotions have 29 KB
NEWLINE, QUOTE = 10, 34
ROW_EMPTY = "row_empty"
HEADER_REPEATED = "header_repeated"
HARMLESS = (ROW_EMPTY, HEADER_REPEATED)  # nothing was published in such a row
# What was published in a row of these reasons, nobody can say.
TORN = frozenset(
    [
        "row_not_utf8",
        "row_badly_quoted",
        "row_with_wrong_number_of_fields",
        "price_unknown_below_unreadable_row",
        "item_code_unknown_below_unreadable_row",
        "cell_unknown_below_unreadable_row",
    ]
)
CELL = rb'(?:"(?:[^"]|"")*"|[^",\n][^,\n]*|)'
WELL_QUOTED = re.compile(CELL + rb"(?:," + CELL + rb")*")
CELLS = re.compile(rb"(?:^|,)" + CELL)
BOM = b"\xef\xbb\xbf"
NAME_CELL = b"file_name"  # in the column of this name it stands in the header alone
FIRST_NAME = rb"(?:" + BOM + rb')?"?found_folder"?,'
HEADER = FIRST_NAME + rb"[^\n]*\n"
XML_START = re.compile(rb"(?:" + HEADER + rb"|\r?\n)*((?!" + FIRST_NAME + rb")[^,\n]+,)", re.I)


class Rows(NamedTuple):
    """Byte offsets of the rows of a block, the newline left out."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def find_rows(body: bytes) -> Rows:
    """The rows of a block: a newline inside quotes is part of a cell, one outside ends the row."""
    cells = np.frombuffer(body, np.uint8)
    # Each quote flips; a doubled quote flips twice and so changes nothing.
    outside = np.bitwise_xor.accumulate((cells == QUOTE).view(np.uint8)) == 0
    ends = np.flatnonzero((cells == NEWLINE) & outside)
    if len(body) and (not len(ends) or ends[-1] != len(body) - 1):
        ends = np.append(ends, len(body))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    return Rows(starts, ends)


def read_names(header: bytes) -> tuple[str, ...]:
    """The names of columns in lower case, without BOM and NUL. Raises UnicodeDecodeError."""
    names = header.decode("utf-8-sig").replace("\0", "").strip("\r").split(",")
    return tuple(name.strip().strip('"').lower() for name in names)


def raw_text(row: bytes) -> str:
    """A row as text that a database can keep: bytes that are not UTF-8 as \\xNN, no NUL.

    Of a longer row the first LONGEST_RAW_BYTES, and how many bytes it has.
    """
    if len(row) > LONGEST_RAW_BYTES:
        row = row[:LONGEST_RAW_BYTES] + f"… ({len(row)} bytes)".encode()
    return row.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def xml_start(body: bytes) -> bytes | None:
    """What a row begins with that starts an XML: the scraper's folder, of the first row."""
    found = XML_START.match(body)
    return found[1] if found else None


class Repaired(NamedTuple):
    """A block that Polars reads: bad rows hold UNKNOWN in each cell, a repeated header none.

    rows and lines: each row and the line it starts on, the first line of the block being 0.
    bad: number of each bad row and why.
    """

    body: bytes
    rows: list[bytes]
    lines: list[int]
    bad: dict[int, str]


def repair(
    body: bytes, columns: int, constant: Collection[int], name: int, starts_with_folder: bool
) -> Repaired:
    """Replaces each unreadable row, keeping the number and the order of rows.

    name: the place of the column file_name. constant: places of columns that have one value in a
    source XML; a bad row that does not start an XML leaves them as they were, so that the rows
    below still know whose they are.
    Blocks are looked at one source XML at a time, and one line at a time where the quotes of an XML
    do not match, so a stray quote cannot swallow the rows that follow its own XML.
    """
    rows: list[bytes] = []
    lines: list[int] = []
    bad: dict[int, str] = {}
    line = 0
    for segment in _segments(body) if starts_with_folder else [body]:
        for row in _split(segment):
            reason = _fault(row, columns, name)
            if reason is not None:
                bad[len(rows)] = reason
            rows.append(row)
            lines.append(line)
            line += row.count(b"\n") + 1
    starts = _unknown_row(columns, ())
    continues = _unknown_row(columns, constant)
    masked = _unknown_row(columns, range(columns))
    readable = [
        _requoted(row)
        if number not in bad
        else masked
        if bad[number] == HEADER_REPEATED
        else continues
        if row[:1] in (b",", b"")
        else starts
        for number, row in enumerate(rows)
    ]
    return Repaired(b"\n".join(readable) + b"\n", rows, lines, bad)


def _requoted(row: bytes) -> bytes:
    """The same cells; one that holds a quote but is not quoted is, as Polars needs it."""
    if b'"' not in row:
        return row
    cells = (found.removeprefix(b",") for found in CELLS.findall(row))
    return b",".join(
        b'"' + cell.replace(b'"', b'""') + b'"'
        if b'"' in cell and not cell.startswith(b'"')
        else cell
        for cell in cells
    )


def _unknown_row(columns: int, masked: Collection[int]) -> bytes:
    return ",".join("" if place in masked else UNKNOWN for place in range(columns)).encode()


def _segments(body: bytes) -> list[bytes]:
    start = xml_start(body)
    return re.split(rb"(?<=\n)(?=" + re.escape(start) + rb")", body) if start else [body]


def _split(segment: bytes) -> list[bytes]:
    if segment.count(b'"') % 2:
        return segment.removesuffix(b"\n").split(b"\n")
    rows = find_rows(segment)
    return [segment[start:end] for start, end in zip(rows.starts, rows.ends, strict=True)]


def _fault(row: bytes, columns: int, name: int) -> str | None:
    if not row:
        return ROW_EMPTY
    try:
        row.decode("utf-8")
    except UnicodeDecodeError:
        return "row_not_utf8"
    if WELL_QUOTED.fullmatch(row) is None:
        return "row_badly_quoted"
    cells = CELLS.findall(row)
    if len(cells) != columns:
        return "row_with_wrong_number_of_fields"
    cell = cells[name].removeprefix(BOM).strip(b',"')
    return HEADER_REPEATED if cell.lower() == NAME_CELL else None
