"""Rows that start a source XML with blank cells: nothing of the XML above is theirs.

So the publisher wrote ids that a header lacks until summer 2026, and all that is empty before.
"""

from pathlib import Path

import numpy as np
import pytest

from superzol_etl.decode.blocks import read_header
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import PRICE_COLUMNS, PRICE_REQUIRED, Layout
from superzol_etl.decode.parse import WORDS
from superzol_etl.decode.prices import read_prices

HEADER = "found_folder,file_name,chainid,storeid,itemcode,itemname,itemnm,bisweighted,itemprice\n"
ABOVE = "x/A,PriceFull1-1-202606010600.xml,77,1,12,ABOVE,'',1,5.90\n"


def decode(folder: Path, *rows: str) -> tuple[list[tuple[str, str | None, str, int]], list[str]]:
    """Store, legal id, name and flags of each good row below the XML ABOVE; reasons of bad ones."""
    path = folder / "price_full_file_alpha.csv"
    path.write_text(HEADER + ABOVE + "".join(rows))
    layout = Layout.of(path.name, read_header(path), PRICE_COLUMNS, PRICE_REQUIRED)
    [block] = read_prices(path, layout, True, CodeBook())
    names = block.words.at(np.array(block.line - 2, np.int64))[WORDS.index("itemname")]
    parts = [block.parts[number] for number in block.part]
    read = [
        (part.store_code, part.legal_id, name, int(flags))
        for part, name, flags in zip(parts, names, block.flags, strict=True)
    ]
    return read[1:], [reject.reason for reject in block.rejects]


def test_a_source_without_a_store_is_not_of_the_store_above(tmp_path: Path) -> None:
    rows = "x/A,PriceFull1-2-202606010600.xml,77,,12,a,'',0,6.90\n", ",,,,13,b,'',,\n"
    assert decode(tmp_path, *rows) == ([], ["store_missing", "store_missing"])


def test_a_source_without_a_chain_is_not_of_the_chain_above(tmp_path: Path) -> None:
    read, _ = decode(tmp_path, "x/A,PriceFull1-2-202606010600.xml,,2,12,a,'',0,6.90\n")
    assert read == [("2", None, "a", 0)]


def test_words_and_flags_of_the_row_above_are_not_told(tmp_path: Path) -> None:
    rows = "x/A,PriceFull1-2-202606010600.xml,77,2,12,,b,,6.90\n", ",,,,13,,c,,7.90\n"
    assert decode(tmp_path, *rows)[0] == [("2", "77", "b", 0), ("2", "77", "c", 0)]


@pytest.mark.parametrize("file", ["PriceFull1-1-202606010600.xml", ""])
def test_blank_cells_within_a_source_repeat_the_row_above(tmp_path: Path, file: str) -> None:
    read, rejects = decode(tmp_path, f",{file},,,13,,'',,\n")
    assert (read, rejects) == ([("1", "77", "ABOVE", 8)], [])


def test_a_word_empty_in_both_spellings_is_not_that_of_the_row_above(tmp_path: Path) -> None:
    rows = "x/A,PriceFull1-2-202606010600.xml,77,2,12,'',b,1,6.90\n", ",,,,13,'','',,7.90\n"
    assert decode(tmp_path, *rows)[0] == [("2", "77", "b", 8), ("2", "77", "''", 8)]


def test_a_flag_empty_in_both_spellings_is_not_that_of_the_row_above(tmp_path: Path) -> None:
    header = HEADER.replace("itemnm", "blsweighted")
    path = tmp_path / "price_full_file_alpha.csv"
    rows = ABOVE, ",,,,13,b,'','',7.90\n"
    path.write_text(header + "".join(rows))
    layout = Layout.of(path.name, read_header(path), PRICE_COLUMNS, PRICE_REQUIRED)
    [block] = read_prices(path, layout, True, CodeBook())
    assert block.flags.tolist() == [8, 0]
