"""Turns XML of the chains into CSV as the publisher of the dataset does, in either of its eras.

Told by the format notes and the sample, and by no code of ours: a cell that repeats the one above
within its XML is left empty; an empty value is two apostrophes since May 2026, before nothing.
"""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lxml import etree

Row = dict[str, str]
NOTHING = "''"
HEAD = ("chainid", "subchainid", "storeid", "bikoretno")


class Xml(NamedTuple):
    """One source XML: its name, and its rows by lower-cased tag, in order."""

    file: str
    rows: list[Row]


def head_row(folder: str, file: str, chain: str, store: str) -> Row:
    """The cells that begin every row."""
    return {
        "found_folder": f"app_data/dumps/{folder}",
        "file_name": file,
        **dict(zip(HEAD, (chain, "1", store, "1"), strict=True)),
    }


def node_row(node: etree._Element, is_old: bool) -> Row:
    """A cell for each tag below the node; what has tags of its own becomes a tree in a text."""
    row = {}
    for child in node:
        name = str(child.tag).lower()
        if len(child):
            tree = _tree(child)
            row[name] = repr(tree) if is_old else json.dumps(tree, ensure_ascii=False)
        else:
            row[name] = (child.text or "").strip()
    return row


def write_csv(path: Path, sources: Sequence[Xml], is_old: bool) -> None:
    """Writes the XMLs one after the other; a tag first seen late is the last column."""
    columns = list(dict.fromkeys(name for xml in sources for row in xml.rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for xml in sources:
        above: list[str] = []
        for row in xml.rows:
            cells = [row.get(name, "") or ("" if is_old else NOTHING) for name in columns]
            told = [
                "" if above and cell == before and cell != NOTHING else cell
                for cell, before in zip(cells, above or cells, strict=True)
            ]
            writer.writerow(told)
            above = cells
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def _tree(node: etree._Element) -> dict[str, object]:
    tree: dict[str, object] = {}
    for child in node:
        value: object = _tree(child) if len(child) else (child.text or "").strip() or "NO_BODY"
        name = str(child.tag).lower()
        if name not in tree:
            tree[name] = value
        elif isinstance(known := tree[name], list):
            known.append(value)
        else:
            tree[name] = [known, value]
    return tree
