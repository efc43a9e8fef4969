"""Which of the publisher's two ways of writing an empty cell a snapshot uses.

Since May 2026 (era B) a cell that is empty in the XML is written as two apostrophes, and a cell is
left blank when it equals the one above. Before (era A) both were left blank. Trees in a cell are
JSON since, and were literals of Python.
"""

from collections.abc import Iterable
from pathlib import Path

from superzol_etl.records import Era

HEAD_BYTES = 1 << 20
JSON_TREE, LITERAL_TREES = b',"{""', (b",{'", b",\"{'")
MARKS = (b",'',", b",''\n", b",''\r", JSON_TREE)


def find_era(paths: Iterable[Path]) -> Era:
    """The era of files that were published together; one mark in any of them decides.

    A single file cannot tell: some chains fill in every cell.
    """
    paths = list(paths)
    is_marked = any(_has_mark(path, HEAD_BYTES) for path in paths) or any(map(_has_mark, paths))
    return Era.MARKED if is_marked else Era.BLANK


def era_of_trees(path: Path, era: Era) -> Era:
    """The era of one promotion file, told by how its trees are written; else that of the snapshot.

    On the day of the change files of both may stand together.
    """
    with path.open("rb", buffering=0) as file:
        head = file.read(HEAD_BYTES)
    if any(mark in head for mark in LITERAL_TREES):
        return Era.BLANK
    return Era.MARKED if JSON_TREE in head else era


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
