"""What the ETL tells of a load, for a person to read."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from superzol_local import programs

MOST_STORES = 10
CUT = {
    "partialStores": "price files",
    "partialPromotionStores": "promotion files",
}


def read_summary(log: Path) -> dict[str, Any]:
    """Returns what the ETL says of its run: the last JSON object with a result in its log."""
    for line in reversed(programs.last_lines(log)):
        with contextlib.suppress(json.JSONDecodeError):
            if "result" in (found := json.loads(line)):
                return dict(found)
    return {}


def shortcomings(summary: Mapping[str, Any], version: int, log: Path) -> list[str]:
    """Returns a line for each thing that a version lacks, none when it is whole."""
    lines = []
    problems = summary.get("problems", [])
    if held_back := summary.get("heldBack"):
        lines.append(f"held back from version {version}: {', '.join(held_back)} (see {log})")
    elif problems:
        lines.append(f"not all of version {version} was loaded (see {log})")
    lines += [f"  {problem}" for problem in problems]
    for field, files in CUT.items():
        if stores := summary.get(field):
            lines.append(
                f"cut or shrunken full {files} of version {version}, which end nothing: "
                + _list_some(stores)
            )
    return lines


def _list_some(stores: Sequence[str]) -> str:
    rest = len(stores) - MOST_STORES
    return ", ".join(stores[:MOST_STORES]) + (f" and {rest} more" if rest > 0 else "")
