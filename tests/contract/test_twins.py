"""Statements that must agree on a rule spell it alike, so that none is changed alone."""

import re
from typing import NamedTuple

import pytest

from tests.contract.statements import STATEMENTS

BODIES = {statement.name: statement.text for statement in STATEMENTS}
PART = re.compile(r"^(?:WITH |\), )(\w+) AS (?:MATERIALIZED )?\(\n(.*?)(?=^\))", re.M | re.S)
COMMENT = re.compile(r"^ *--.*\n", re.M)
SELECTED = re.compile(r"\A.*?^    (?=FROM\b)", re.M | re.S)


class Twins(NamedTuple):
    """Two statements and the parts, by name, that both have.

    own_columns: each hands on its own; which rows there are does not depend on them.
    """

    one: str
    other: str
    parts: tuple[str, ...]
    own_columns: bool


TWINS = [
    Twins(
        "get_price_trend",
        "get_price_trend_of_category",
        ("unseen", "leaving", "moment", "used"),
        own_columns=False,
    ),
    Twins("get_price_trend", "get_price_trend_of_category", ("lasting",), own_columns=True),
    Twins("list_prices_of_stores", "count_prices_of_stores", ("shop",), own_columns=True),
    Twins("list_prices_of_stores", "count_prices_of_stores", ("former",), own_columns=False),
    Twins("list_prices_of_shelf", "count_prices_of_shelf", ("former",), own_columns=False),
    Twins(
        "list_prices_of_shelves", "count_prices_of_shelves", ("scope", "wanted"), own_columns=True
    ),
]


def told(twins: Twins, name: str, part: str) -> str:
    """Returns what a part of a statement says that its twin must say too."""
    text = COMMENT.sub("", dict(PART.findall(BODIES[name]))[part])
    return SELECTED.sub("", text) if twins.own_columns else text


@pytest.mark.parametrize(
    ("twins", "part"),
    [
        pytest.param(twins, part, id=f"{twins.one}-{part}")
        for twins in TWINS
        for part in twins.parts
    ],
)
def test_twins_agree_on_a_part(twins: Twins, part: str) -> None:
    assert told(twins, twins.one, part) == told(twins, twins.other, part)


def test_twins_take_the_arguments_of_their_common_parts_alike() -> None:
    for twins in TWINS:
        arguments = [
            set(re.findall(r"^-- (\$\d+ \w+: .*)", BODIES[name], re.M)) for name in twins[:2]
        ]
        used = {
            number
            for part in twins.parts
            for number in re.findall(r"\$\d+", told(twins, twins.one, part))
        }
        alike = {line.split()[0] for line in arguments[0] & arguments[1]}
        assert used <= alike, twins
