"""The masking of the publisher, undone by the publisher's own reading rule."""

import csv
from collections.abc import Iterator
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from superzol_local.sample.masking import EMPTY, mask_blocks, write_csv

# A bare CR ends a row for the csv module, though not for the publisher: it is read as this letter.
CR = "\ue000"
Table = list[list[str]]

words = st.text(st.sampled_from("aא0 ,\"'\n\r״"), max_size=3).filter(lambda word: word != EMPTY)
rows = st.lists(st.lists(words, min_size=3, max_size=3), min_size=1, max_size=8)


def as_block(file: str, table: Table) -> pl.DataFrame:
    columns = zip(*([file, *row] for row in table), strict=True)
    names = ["file_name", "itemcode", "itemname", "itemprice"]
    return pl.DataFrame(dict(zip(names, map(list, columns), strict=True)))


def unmask(data: bytes) -> Iterator[list[str]]:
    """Forward fill within each source XML, then '' is empty."""
    lines = data.decode().replace("\r", CR).splitlines(keepends=True)
    above: list[str] = []
    for masked in list(csv.reader(lines))[1:]:
        above = [cell or filled for cell, filled in zip(masked, above or masked, strict=True)]
        yield ["" if cell == EMPTY else cell.replace(CR, "\r") for cell in above]


@given(st.lists(rows, min_size=1, max_size=3))
@example([[["a", "", "a"], ["a", "", "a"], ["", "", ""], ["a", "x", "a"]]])
def test_unmasking_gives_every_table_back(tables: list[Table]) -> None:
    blocks = [as_block(f"{number}.xml", table) for number, table in enumerate(tables)]

    written = write_csv(blocks)

    expected = [[f"{number}.xml", *row] for number, table in enumerate(tables) for row in table]
    assert list(unmask(written)) == expected


@given(rows)
def test_a_cell_is_masked_when_it_repeats_a_cell_that_is_not_empty(table: Table) -> None:
    masked = mask_blocks([as_block("1.xml", table)]).rows()

    for (above, below), cells in zip(pairwise(table), masked[1:], strict=True):
        expected = [
            None if old == new != "" else new or EMPTY
            for old, new in zip(above, below, strict=True)
        ]
        assert list(cells[1:]) == expected


def test_the_first_row_of_each_source_stands_in_full() -> None:
    written = write_csv(
        [as_block("1.xml", [["5", "א", "1"]]), as_block("2.xml", [["5", "א", "1"]])]
    )

    assert written.decode().splitlines()[1:] == ["1.xml,5,א,1", "2.xml,5,א,1"]


def test_a_bare_cr_stays_unquoted() -> None:
    assert b"\n1.xml,5,a\rb,1\n" in write_csv([as_block("1.xml", [["5", "a\rb", "1"]])])


def test_a_late_column_is_appended_and_the_rows_before_end_in_cr_lf() -> None:
    early = pl.DataFrame({"file_name": ["1.xml"], "itemcode": ["5"]})
    late = pl.DataFrame({"file_name": ["2.xml"], "sold": ["x"], "itemcode": ["6"]})

    written = write_csv([early, late])

    assert written == b"file_name,itemcode,sold\r\n1.xml,5,''\r\n2.xml,6,x\n"


@pytest.mark.parametrize("blocks", [[], [as_block("1.xml", [["5", "a", "1"]]).clear()]])
def test_without_rows_only_the_header_is_written(blocks: list[pl.DataFrame]) -> None:
    header = b"file_name,itemcode,itemname,itemprice\n" if blocks else b""

    assert write_csv(blocks) == header
