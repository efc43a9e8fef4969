"""Which of the publisher's two ways of writing an empty cell a snapshot uses.

Since May 2026 (era B) a cell that is empty in the XML is written as two apostrophes, and a cell is
left blank when it equals the one above. Before (era A) both were left blank.
"""

from collections.abc import Iterable
from pathlib import Path

from superzol_etl.records import Era

HEAD_BYTES = 1 << 20
MARKS = (b",'',", b",''\n", b",''\r")


def find_era(paths: Iterable[Path]) -> Era:
    """The era of files that were published together; one mark in any of them decides.

    A single file cannot tell: some chains fill in every cell.
    """
    paths = list(paths)
    is_marked = any(_has_mark(path, HEAD_BYTES) for path in paths) or any(map(_has_mark, paths))
    return Era.MARKED if is_marked else Era.BLANK


def _has_mark(path: Path, most_bytes: int | None = None) -> bool:
    with path.open("rb", buffering=0) as file:
        end = b""
        while piece := file.read(HEAD_BYTES):
            if any(mark in end + piece for mark in MARKS):
                return True
            if most_bytes is not None:
                return False
            end = piece[-len(max(MARKS, key=len)) :]
    return False
