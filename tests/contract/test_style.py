"""The limits of CONTRIBUTING.md that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.repository import ROOT, tracked_files

FILE_LINES = 300
FUNCTION_LINES = 40
# the API server takes the description of a kind as one object
WHOLE = {"charts/superzol-operator/files/datasetrefreshes.yaml"}
UNRUN = {"skip", "skipif", "xfail", "importorskip", "skipTest", "expectedFailure"}


PYTHON_FILES = tracked_files(".py")
TREES = {file: ast.parse(file.read_text()) for file in PYTHON_FILES}


def place(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield file, node


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text().splitlines())
        for file in tracked_files(".py", ".sql", ".proto", ".sh", ".yaml", ".yml", ".md")
        if str(file.resolve().relative_to(ROOT)) not in WHOLE
    }
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    lengths = {
        f"{place(file, node)} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for file, node in functions()
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_every_module_says_in_one_line_what_it_is_for() -> None:
    docstrings = {
        str(file.relative_to(ROOT)): ast.get_docstring(tree) for file, tree in TREES.items()
    }
    first_lines = {name: (text or "").split("\n\n")[0] for name, text in docstrings.items()}
    assert [name for name, line in first_lines.items() if not line or "\n" in line] == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    found = [
        place(file, node)
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if file.is_relative_to(ROOT / "tests")
        and (
            (isinstance(node, ast.Attribute) and node.attr in UNRUN)
            or (isinstance(node, ast.alias) and node.name in UNRUN)
        )
    ]
    assert found == []


@pytest.mark.parametrize("word", ["mock", "unittest.mock", "pytest_mock"])
def test_nothing_is_mocked(word: str) -> None:
    importers = [
        place(file, node)
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and word in [alias.name for alias in node.names])
        or (isinstance(node, ast.ImportFrom) and node.module == word)
        or (isinstance(node, ast.ImportFrom) and f"{node.module}.{node.names[0].name}" == word)
    ]
    assert importers == []


def test_every_task_left_open_names_its_issue() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "X" * 3)
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked_files(".py", ".sql", ".proto", ".md")
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if any(f"{mark}:" in line or f"{mark} " in line for mark in marks) and "issue" not in line
    ]
    assert found == []
