"""Telling the eras apart, and what era A leaves to be read."""

from pathlib import Path

import numpy as np
import pytest

from superzol_etl.decode.blocks import read_header
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import PRICE_COLUMNS, PRICE_REQUIRED, Layout
from superzol_etl.decode.eras import HEAD_BYTES, era_of_trees, find_era
from superzol_etl.decode.parse import WORDS
from superzol_etl.decode.prices import read_prices
from superzol_etl.records import Era

HEAD = "found_folder,file_name,storeid,itemcode,itemname,manufacturername,quantity,itemprice\n"
MANUFACTURER = WORDS.index("manufacturername")
FIRST = "dumps/A,PriceFull1-001-202501010600.xml,1,11,חלב,תנובה,1.00,5.90\n"
SECOND = "dumps/A,PriceFull1-002-202501010600.xml,2,13,פיתה,,1.00,3.00\n"
NOTHING = [
    pytest.param(HEAD, id="header"),
    pytest.param(HEAD + HEAD, id="two headers"),
    pytest.param("\n", id="empty line"),
    pytest.param(HEAD + "\n", id="header and empty line"),
]


def write(folder: Path, text: str, name: str = "price_full_file_alpha.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def decode(path: Path) -> tuple[list[tuple[str, int, str | None]], list[tuple[int, str]], bool]:
    """Code, agorot and manufacturer of each row; line and reason of each reject; any part cut."""
    layout = Layout.of(path.name, read_header(path), PRICE_COLUMNS, PRICE_REQUIRED, Era.BLANK)
    book = CodeBook()
    rows, rejects, cut = [], [], False
    for block in read_prices(path, layout, True, book):
        words = block.words.at(np.arange(len(block.code)))[MANUFACTURER].to_list()
        codes = [book.codes()[number] for number in block.code.tolist()]
        rows += list(zip(codes, block.price.tolist(), words, strict=True))
        rejects += [(reject.line, reject.reason) for reject in block.rejects]
        cut |= any(part.cut for part in block.parts)
    return rows, rejects, cut


@pytest.mark.parametrize("cell", [",'',", ",''\n", ",''\r\n"])
def test_one_mark_in_any_file_tells_era_b(tmp_path: Path, cell: str) -> None:
    blank = write(tmp_path, HEAD + FIRST)
    marked = write(tmp_path, "a,b\n1" + cell, "store_file_alpha.csv")
    assert find_era([blank]) is Era.BLANK
    assert find_era([blank, marked]) is Era.MARKED


@pytest.mark.parametrize("shift", range(6))
def test_a_mark_is_found_wherever_it_stands(tmp_path: Path, shift: int) -> None:
    lead = "x" * (HEAD_BYTES - shift)
    assert find_era([write(tmp_path, lead + ",'',")]) is Era.MARKED


@pytest.mark.parametrize(
    ("tree", "era"),
    [
        ('"{""clubid"": ""0""}"', Era.MARKED),
        ("{'clubid': '0'}", Era.BLANK),
        ("\"{'clubid': ['1', '2']}\"", Era.BLANK),
    ],
)
@pytest.mark.parametrize("of_snapshot", Era)
def test_trees_tell_the_era_of_a_file_of_promotions(
    tmp_path: Path, tree: str, era: Era, of_snapshot: Era
) -> None:
    path = write(tmp_path, f"storeid,clubs\n1,{tree}\n", "promo_full_file_alpha.csv")
    assert era_of_trees(path, of_snapshot) is era
    assert find_era([path]) is era


@pytest.mark.parametrize("of_snapshot", Era)
def test_a_file_without_trees_is_of_the_era_of_its_snapshot(
    tmp_path: Path, of_snapshot: Era
) -> None:
    path = write(tmp_path, "storeid,itemcode\n1,2\n", "promo_full_file_alpha.csv")
    assert era_of_trees(path, of_snapshot) is of_snapshot


def test_apostrophes_within_a_text_are_no_mark(tmp_path: Path) -> None:
    assert find_era([write(tmp_path, HEAD + FIRST.replace("חלב", "ק''ג"))]) is Era.BLANK


def test_a_file_without_bytes_is_no_mark(tmp_path: Path) -> None:
    assert find_era([write(tmp_path, "")]) is Era.BLANK


def test_nothing_is_inherited_from_the_xml_above(tmp_path: Path) -> None:
    second = "dumps/A,PriceFull1-002-202501010600.xml,2,12,לחם,,1.00,\n"
    third = ",,,13,פיתה,,,3.00\n"
    rows, rejects, _ = decode(write(tmp_path, HEAD + FIRST + second + third))
    assert rows == [("11", 590, "תנובה"), ("13", 300, "''")]
    assert rejects == [(3, "price_missing")]


def test_blank_cells_are_read_as_the_cell_above(tmp_path: Path) -> None:
    rows, rejects, cut = decode(write(tmp_path, HEAD + FIRST + ",,,12,,,,\n,,,13,,,,4.00\n"))
    assert rows == [("11", 590, "תנובה"), ("12", 590, "תנובה"), ("13", 400, "תנובה")]
    assert (rejects, cut) == ([], False)


def test_a_last_row_without_price_and_measures_may_be_where_the_xml_broke_off(
    tmp_path: Path,
) -> None:
    rows, rejects, cut = decode(write(tmp_path, HEAD + FIRST + ",,,12,לחם,,,\n"))
    assert rows == [("11", 590, "תנובה")]
    assert (rejects, cut) == ([(3, "price_inherited_or_cut_off")], True)


@pytest.mark.parametrize("nothing", NOTHING)
def test_rows_that_tell_nothing_do_not_hide_where_an_xml_broke_off(
    tmp_path: Path, nothing: str
) -> None:
    text = HEAD + FIRST + ",,,12,לחם,,,\n" + nothing + SECOND
    rows, rejects, cut = decode(write(tmp_path, text))
    assert rows == [("11", 590, "תנובה"), ("13", 300, "''")]
    assert (rejects[0], cut) == ((3, "price_inherited_or_cut_off"), True)


@pytest.mark.parametrize("nothing", NOTHING)
def test_rows_that_tell_nothing_beside_a_whole_xml_do_not_make_it_cut(
    tmp_path: Path, nothing: str
) -> None:
    text = HEAD + nothing + FIRST + nothing + SECOND + nothing
    rows, rejects, cut = decode(write(tmp_path, text))
    assert rows == [("11", 590, "תנובה"), ("13", 300, "''")]
    assert {reason for _, reason in rejects} <= {"header_repeated", "row_empty"}
    assert not cut
