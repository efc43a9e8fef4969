"""The few rows in which XML and answers may differ, each with its reason."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ERA_B = Path(__file__).with_name("exceptions.tsv")
ERA_A = Path(__file__).with_name("exceptions_era_a.tsv")
ERA_A_WORDS = Path(__file__).with_name("exceptions_era_a_words.tsv")
MOST_EXCEPTIONS = 10
ANY_ROW = "*"


class Row(NamedTuple):
    """A place in a source file: an item or store code, a column of era A, or any of the file."""

    file: str
    row: str


class Verdict(NamedTuple):
    """What is left once the exceptions are taken away; both are empty when all is well."""

    unexplained: list[Row]
    unused: list[Row]


def read_exceptions(table: Path = ERA_B) -> list[Row]:
    """Reads the table, which stays so short that a person can check it."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = [Row(line["file"], line["row"]) for line in csv.DictReader(file, delimiter="\t")]
    assert len(rows) <= MOST_EXCEPTIONS
    return rows


def judge(differences: Iterable[Row], file_prefix: str, table: Path = ERA_B) -> Verdict:
    """Compares the differences found with the exceptions for files of this kind."""
    found = set(differences)
    allowed = {row for row in read_exceptions(table) if row.file.startswith(file_prefix)}
    explained = {row for row in found if row in allowed or Row(row.file, ANY_ROW) in allowed}
    used = {row for row in allowed if any(_covers(row, difference) for difference in found)}
    return Verdict(sorted(found - explained), sorted(allowed - used))


def _covers(exception: Row, difference: Row) -> bool:
    return exception.file == difference.file and exception.row in (ANY_ROW, difference.row)
