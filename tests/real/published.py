"""The CSV files as their publisher says they are read: no row of ours in between."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

# csv refuses a bare carriage return inside an unquoted field, and the feeds have them.
CARRIAGE_RETURN = "\ue000"
EMPTY = "''"


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows with masked cells filled from above and marks of empty cells undone."""
    text = path.read_bytes().decode("utf-8").replace("\r", CARRIAGE_RETURN)
    lines = csv.reader(io.StringIO(text, newline="\n"))
    header = next(lines)
    above = [""] * len(header)
    for line in lines:
        if line:
            above = [cell or filled for cell, filled in zip(line, above, strict=True)]
            cells = ["" if cell == EMPTY else cell.replace(CARRIAGE_RETURN, "\r") for cell in above]
            yield dict(zip(header, cells, strict=True))
