"""Reads cells that hold a tree: JSON, or the Python literal that older parsers wrote."""

import ast
import json
from typing import TypeAlias

MOST_JSON_CHARACTERS = 16 << 20
# A literal becomes a syntax tree of fifty times its size first.
MOST_LITERAL_CHARACTERS = 2 << 20
EMPTY_LEAF = "NO_BODY"
UNREADABLE = "{}"  # the text of what is no text: no number, no code, and no flag that says no

Node: TypeAlias = object


class UnreadableTree(Exception):
    """The cell is neither JSON nor a literal, or too large to be trusted."""


def read_tree(cell: str) -> Node:
    """The tree of dicts, lists and texts that a database can hold. Raises UnreadableTree."""
    tree = _parse(cell)
    try:
        # Only escapes make what no cell holds itself: NUL and halves of letters.
        return _storable(tree) if "\\" in cell else tree
    except RecursionError:
        raise UnreadableTree from None


def _parse(cell: str) -> Node:
    try:
        if len(cell) > MOST_JSON_CHARACTERS:
            raise UnreadableTree
        return json.loads(cell)
    except (ValueError, RecursionError):
        pass
    if len(cell) > MOST_LITERAL_CHARACTERS:
        raise UnreadableTree
    try:
        return ast.literal_eval(cell)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise UnreadableTree from None


def _storable(node: Node) -> Node:
    if isinstance(node, dict):
        return {_storable(key): _storable(below) for key, below in node.items()}
    if isinstance(node, list):
        return [_storable(below) for below in node]
    if isinstance(node, str):
        return node.replace("\0", "").encode("utf-8", "replace").decode()
    return node


def branches(node: Node, key: str) -> list[dict[str, Node]]:
    """The dicts below a key: the publisher writes one alone, several as a list."""
    below = node.get(key) if isinstance(node, dict) else None
    several = below if isinstance(below, list) else [below]
    return [branch for branch in several if isinstance(branch, dict)]


def texts(node: Node) -> list[str] | None:
    """The texts of a node, alone or in a list, without empty ones; None when one is a tree.

    A number is the text it is written as, a truth 1 or 0.
    """
    several = node if isinstance(node, list) else [node]
    if any(isinstance(each, (dict, list, tuple, set)) for each in several):
        return None
    written = [_text(each).strip() for each in several]
    return [text for text in written if text not in ("", EMPTY_LEAF)]


def _text(node: Node) -> str:
    if node is None:
        return ""
    return str(int(node)) if isinstance(node, bool) else str(node)


def leaf(node: Node, key: str) -> str | None:
    """The first text below a key; None when it is empty, UNREADABLE when a tree stands there."""
    below = node.get(key) if isinstance(node, dict) else None
    return _filled(below) if isinstance(below, str) else first_text(below)


def first_text(node: Node) -> str | None:
    """The first text of a node; None when it is empty, UNREADABLE when it is a tree."""
    if isinstance(node, str):  # as nearly all are
        return _filled(node)
    told = [] if node == {} else texts(node)
    return UNREADABLE if told is None else next(iter(told), None)


def _filled(text: str) -> str | None:
    text = text.strip()
    return text if text and text != EMPTY_LEAF else None
