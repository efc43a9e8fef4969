"""The SQL statements of the server, as its files say."""

import re
from pathlib import Path
from typing import NamedTuple

from superzol_server.sql import load_statement
from tests.contract.repository import ROOT

SERVER = ROOT / "server" / "superzol_server"
ARGUMENT = re.compile(r"-- \$(\d+) (\w+): ([a-z0-9]+(?:\[\])?)(?:, .+)?")
BUDGET = re.compile(r"-- Budget: ([\d,]+) shared buffers")


class Statement(NamedTuple):
    """One .sql file: what it answers, its arguments as (number, name, type), its budget."""

    path: Path
    text: str
    title: str
    arguments: list[tuple[int, str, str]]
    budget: int | None

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def served(self) -> str:
        """The text as the server runs it."""
        package = ".".join(self.path.parent.relative_to(SERVER.parent).parts)
        return load_statement(package, self.name)


def read_statement(path: Path) -> Statement:
    """Reads a statement and the comment lines at its head."""
    text = path.read_text()
    lines = text.splitlines()
    arguments = [match for line in lines if (match := ARGUMENT.fullmatch(line))]
    budgets = [match for line in lines if (match := BUDGET.fullmatch(line))]
    return Statement(
        path,
        text,
        lines[0],
        [(int(match[1]), match[2], match[3]) for match in arguments],
        int(budgets[0][1].replace(",", "")) if len(budgets) == 1 else None,
    )


STATEMENTS = [read_statement(path) for path in sorted(SERVER.rglob("*.sql"))]
