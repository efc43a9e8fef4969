"""Loader and server leave out the same stores, and the documents say which."""

import re

import pytest

from superzol_etl.load.unseen import CLOSING_DAYS
from superzol_etl.load.unseen import LEFT_OUT_DAYS as OF_SUMMARIES
from superzol_server.unseen import LEFT_OUT_DAYS as OF_ANSWERS
from tests.contract.repository import ROOT, tracked_files

COMPARED = re.compile(r"\bunseen_days (<=?|>=?|<>|=) (\$\d+)")


def test_summaries_leave_out_the_stores_that_answers_leave_out() -> None:
    assert OF_SUMMARIES == OF_ANSWERS < CLOSING_DAYS


def test_the_first_day_left_out_is_the_same_in_every_statement() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {operator}": operator
        for path in tracked_files(".sql")
        if path.is_relative_to(ROOT / "server") or path.is_relative_to(ROOT / "etl")
        for operator, _ in COMPARED.findall(path.read_text())
    }

    assert len(found) > 10
    assert {told for told, operator in found.items() if operator not in ("<", ">=")} == set()


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("docs/decisions/0011-unseen-stores.md", "unseen for {left_out} days leaves the answers"),
        ("docs/decisions/0011-unseen-stores.md", "after {closing} its offers close"),
        ("docs/glossary.md", "After {left_out} it is left out of prices of now"),
        ("docs/glossary.md", "after {closing} its offers close"),
        ("proto/superzol/pricing/v1/pricing.proto", "no version has seen for {left_out} days"),
        ("proto/superzol/catalog/v1/catalog.proto", "has seen for {left_out} days do not count"),
        ("docs/architecture.md", "unseen for {closing} days close there"),
    ],
)
def test_documents_name_the_days(document: str, sentence: str) -> None:
    told = " ".join((ROOT / document).read_text().split())

    assert sentence.format(left_out=OF_ANSWERS, closing=CLOSING_DAYS) in told
