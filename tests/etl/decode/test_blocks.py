"""Cutting a CSV into blocks."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superzol_etl.decode.blocks import find_blocks, read_block, read_header
from superzol_etl.decode.columns import PRICE_COLUMNS, PRICE_REQUIRED, Layout
from superzol_etl.errors import BadFile
from tests.support.snapshots import Item, Xml, prices_csv

XMLS = [
    Xml(f"{number:03}", "202606010600", [Item(str(code), "5.90") for code in range(number)])
    for number in range(1, 9)
]


@settings(deadline=None)
@given(block_bytes=st.integers(1, 3000), window_bytes=st.integers(1, 200))
def test_blocks_of_any_size_make_the_file_again(block_bytes: int, window_bytes: int) -> None:
    data = prices_csv("PriceFull", XMLS)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "price_full_file_alpha.csv"
        path.write_bytes(data)
        found = list(find_blocks(path, block_bytes, window_bytes))
        blocks = [read_block(path, start, end) for start, end in found]
    assert b"".join(blocks) == data[data.index(b"\n") + 1 :]
    assert all(block.startswith(b"app_data/") for block in blocks)


def test_a_file_with_only_a_header_has_no_block(tmp_path: Path) -> None:
    path = tmp_path / "price_file_alpha.csv"
    path.write_bytes(b"found_folder,file_name\n")
    assert list(find_blocks(path)) == []


def test_a_first_line_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "price_file_alpha.csv"
    path.write_bytes(bytes(range(128, 256)) * 8)
    with pytest.raises(BadFile, match="not UTF-8"):
        read_header(path)


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ("PK\x03\x04\0\0", "names no column"),
        ("<html><body>שגיאה</body></html>", "names no column"),
        ("file_name,storeid,storeid", "names a column twice: storeid"),
        ("file_name,storeid,itemcode,preis", "lacks the required columns itemprice"),
    ],
)
def test_a_header_that_names_too_little_is_refused(header: str, complaint: str) -> None:
    columns = tuple(header.split(","))
    with pytest.raises(BadFile, match=complaint):
        Layout.of("price_file_alpha.csv", columns, PRICE_COLUMNS, PRICE_REQUIRED)


def test_unknown_columns_are_named_and_harm_nothing() -> None:
    header = ("file_name", "storeid", "itemcode", "itemprice", "item-status", "")
    layout = Layout.of("price_file_alpha.csv", header, PRICE_COLUMNS, PRICE_REQUIRED)
    assert layout.drift == ("item-status", "")


def test_a_byte_order_mark_and_capitals_in_the_header_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "price_file_alpha.csv"
    path.write_bytes(b"\xef\xbb\xbfFile_Name,StoreID\r\n")
    assert read_header(path) == ("file_name", "storeid")


def test_a_nul_in_the_header_is_of_no_name(tmp_path: Path) -> None:
    """No database keeps one, and columns that nobody knows are kept as drift."""
    path = tmp_path / "price_file_alpha.csv"
    path.write_bytes(b"\0file_name,store\0id,odd\0\n")
    assert read_header(path) == ("file_name", "storeid", "odd")
