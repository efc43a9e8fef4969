"""Columns to the bytes of COPY BINARY: values are encoded by numpy, rows are joined from slices.

Format: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT; an array is
sent as one dimension, no null flag, the element's OID, length, lower bound 1, then length and value
of each element.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
OIDS = {2: 21, 4: 23, 8: 20}
ARRAY_FIELDS = ("length", "dimensions", "nulls", "oid", "size", "first")
ARRAY_HEADER = np.dtype([(name, ">i4") for name in ARRAY_FIELDS])
# Of larger ones the first comes late, and they leave the cores' caches before they are sent.
PIECE_BYTES = 512 << 10


@dataclass(frozen=True, slots=True)
class Integers:
    """One integer a row, of the width of the array's type; null where `nulls` says so."""

    values: npt.NDArray[Any]
    nulls: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """One text a row, never null."""

    values: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Arrays:
    """One array of integers a row; bounds[n] to bounds[n + 1] are the elements of row n."""

    values: npt.NDArray[Any]
    bounds: npt.NDArray[np.int64]


Column = Integers | Texts | Arrays
Pieces = Iterable[bytes]


def encode(columns: Sequence[Column], rows: int) -> Iterator[bytes]:
    """The whole of a COPY BINARY stream, in pieces of about PIECE_BYTES.

    Integers that stand side by side and are never null are encoded together: put them together.
    """
    yield SIGNATURE
    fields = len(columns).to_bytes(2, "big")
    at_once = 1 + PIECE_BYTES * rows // max(1, sum(map(_size_bytes, columns)))
    for start in range(0, rows, at_once):
        batch = slice(start, min(start + at_once, rows))
        pieces: list[Pieces] = [[fields] * (batch.stop - start)]
        for is_plain, group in groupby(columns, partial(_is_plain, batch)):
            if is_plain:
                pieces.append(_records([c.values[batch] for c in group if isinstance(c, Integers)]))
            else:
                pieces += chain.from_iterable(_pieces(column, batch) for column in group)
        yield b"".join(chain.from_iterable(zip(*pieces, strict=True)))
    yield TRAILER


def _size_bytes(column: Column) -> int:
    """What it takes in the stream, but for the headers of arrays."""
    if isinstance(column, Texts):
        return sum(map(len, column.values))
    return len(column.values) * (4 + column.values.dtype.itemsize)


def _is_plain(rows: slice, column: Column) -> bool:
    return isinstance(column, Integers) and (column.nulls is None or not column.nulls[rows].any())


def _pieces(column: Column, rows: slice) -> list[Pieces]:
    match column:
        case Integers(values, nulls):
            assert nulls is not None  # else the column is plain
            cells = zip(nulls[rows].tolist(), _records([values[rows]]), strict=True)
            return [[NULL if null else cell for null, cell in cells]]
        case Texts(values):
            texts = values[rows]
            return [(len(text).to_bytes(4, "big") for text in texts), texts]
        case Arrays(values, bounds):
            return _arrays(values, bounds[rows.start : rows.stop + 1])


def _arrays(values: npt.NDArray[Any], bounds: npt.NDArray[np.int64]) -> list[Pieces]:
    width = values.dtype.itemsize
    counts = np.diff(bounds)
    header = np.empty(len(counts), ARRAY_HEADER)
    header["length"], header["dimensions"], header["nulls"] = 20 + counts * (4 + width), 1, 0
    header["oid"], header["size"], header["first"] = OIDS[width], counts, 1
    data = _cells([values[bounds[0] : bounds[-1]]]).tobytes()
    ends = ((bounds - bounds[0]) * (4 + width)).tolist()
    return [_slices(header), [data[start:end] for start, end in pairwise(ends)]]


def _records(columns: Sequence[npt.NDArray[Any]]) -> Pieces:
    return _slices(_cells(columns))


def _cells(columns: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Each row's values as COPY sends them: for each its length, then itself."""
    widths = [column.dtype.itemsize for column in columns]
    fields = [
        field
        for number, width in enumerate(widths)
        for field in ((f"length{number}", ">i4"), (f"value{number}", f">i{width}"))
    ]
    cells = np.empty(len(columns[0]), fields)
    for number, (column, width) in enumerate(zip(columns, widths, strict=True)):
        cells[f"length{number}"], cells[f"value{number}"] = width, column
    return cells


def _slices(records: npt.NDArray[Any]) -> Pieces:
    """The bytes of each record."""
    data, width = records.tobytes(), records.itemsize
    return [data[at : at + width] for at in range(0, len(data), width)]
