"""An XML that stands twice in its CSV is told apart from one that names its items twice."""

from collections import Counter
from datetime import datetime
from itertools import groupby

import asyncpg
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.load.observe import Rows
from superzol_etl.load.tellings import earlier_tellings
from superzol_etl.records import Part
from tests.support.snapshots import Chain, Item, Xml, full

Row = tuple[int, int, int]  # part, code, price
MILK, BREAD, SALT = Item("1", "5.00"), Item("2", "9.90"), Item("3", "2.50")
once = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2)), min_size=1, max_size=4)
tellings = st.lists(st.tuples(st.integers(0, 2), once, st.integers(1, 3)), max_size=4)


def gathered(rows: list[Row]) -> Rows:
    counts = Counter(part for part, _ in {(part, code) for part, code, _ in rows})
    parts = [
        Part("a.csv", True, f"{part}.xml", str(part), None, datetime(2026, 6, 1), count, False)
        for part in range(3)
        for count in [counts[part]]
    ]
    part, code, price = np.array(rows, np.int32).reshape(-1, 3).T
    nothing = np.zeros(len(rows), np.int32)
    flags = nothing.astype(np.int16)
    return Rows(["1", "2", "3", "4"], parts, code, part, price, flags, nothing, pl.DataFrame())


def by_rule(rows: list[Row]) -> set[int]:
    """The rows of all tellings but the last, where cutting a part in equal pieces shows any."""
    found = set[int]()
    numbered = sorted(enumerate(rows), key=lambda each: (each[1][0], each[0]))
    for _, group in groupby(numbered, key=lambda each: each[1][0]):
        members = list(group)
        told = [row for _, row in members]
        sizes = [size for size in range(1, len(told)) if len(told) % size == 0]
        equal = [size for size in sizes if told == told[:size] * (len(told) // size)]
        if equal and len({code for _, code, _ in told}) > 1:
            found |= {number for number, _ in members[: len(told) - equal[0]]}
    return found


@given(told=tellings)
def test_rows_told_again_are_those_of_equal_tellings(
    told: list[tuple[int, list[tuple[int, int]], int]],
) -> None:
    rows = [(part, *each) for part, items, times in told for each in items * times]
    found = earlier_tellings(gathered(rows)).tolist()
    assert (set(found), len(found)) == (by_rule(rows), len(by_rule(rows)))


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("between", [(), (full(MILK, BREAD, store="2"),)])
async def test_an_xml_that_the_publisher_appended_again_repeats_no_item(
    times: int, between: tuple[Xml, ...], chain: Chain, connection: asyncpg.Connection
) -> None:
    xml = full(MILK, BREAD, SALT, MILK)
    outcome = chain.load([xml, *between, *[xml] * (times - 1)])
    assert (outcome.exit_code, outcome.summary["rows"]) == (0, 4 * times + 2 * len(between))
    flags = await connection.fetch(
        "SELECT product_id, flags FROM offer JOIN store USING (store_key)"
        " WHERE store_id = 'alpha:1' ORDER BY product_id"
    )
    # The milk does stand twice in it.
    assert [tuple(row) for row in flags] == [("alpha:1", 2), ("alpha:2", 0), ("alpha:3", 0)]
    counts = await connection.fetchrow("SELECT rows, loaded, superseded, rejected FROM file_report")
    stands = 3 + 2 * len(between)
    assert counts is not None
    assert tuple(counts) == (outcome.summary["rows"], stands, outcome.summary["rows"] - stands, 0)


async def test_an_xml_that_tells_other_prices_the_second_time_repeats_its_items(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(MILK, BREAD), full(MILK._replace(price="6.00"), BREAD)])
    flags = await connection.fetch("SELECT product_id, price, flags FROM offer ORDER BY product_id")
    assert [tuple(row) for row in flags] == [("alpha:1", 600, 2), ("alpha:2", 990, 2)]
