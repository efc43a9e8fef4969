"""Each statement of the ETL says what it does and what it is given; somebody beside it runs it."""

import re
from pathlib import Path

import pytest

from tests.contract.repository import ROOT

ETL = ROOT / "etl" / "superzol_etl"
STATEMENTS = sorted(ETL.rglob("*.sql"))
SEVERAL = {"create_beside"}  # one table by itself would be of no use
INLINE = re.compile(r'"(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|SET|LOCK|VACUUM|CREATE|COPY) ')

every_statement = pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)


def split(path: Path) -> tuple[list[str], str]:
    """The lines at the head of a statement, without their marks, and the statement."""
    lines = path.read_text().splitlines()
    head = [line.removeprefix("-- ") for line in lines if line.startswith("-- ")]
    return head, "\n".join(line for line in lines if not line.lstrip().startswith("--"))


@every_statement
def test_a_statement_begins_with_a_sentence(path: Path) -> None:
    head, _ = split(path)
    title = " ".join(line for line in head if not line.startswith("$"))
    assert re.match(r"[A-Z].+\.", title)


@every_statement
def test_a_statement_says_what_it_is_given_in_its_order(path: Path) -> None:
    head, statement = split(path)
    told = [int(match[1]) for line in head if (match := re.match(r"\$(\d+) \w[\w ]*: \w+", line))]
    assert told == sorted({int(number) for number in re.findall(r"\$(\d+)", statement)})


@every_statement
def test_a_file_holds_one_statement_which_a_module_beside_it_runs(path: Path) -> None:
    _, statement = split(path)
    assert path.stem in SEVERAL or ";" not in statement
    beside = [module.read_text() for module in path.parent.glob("*.py")]
    assert any(f'"{path.stem}"' in text for text in beside)


def test_no_module_holds_a_statement_itself() -> None:
    modules = {path: path.read_text() for path in ETL.rglob("*.py")}
    assert len(modules) > len(STATEMENTS) / 2
    assert [path for path, text in modules.items() if INLINE.search(text)] == []
