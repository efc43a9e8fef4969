"""Cutting a CSV into blocks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.decode.blocks import find_blocks, read_block, read_header
from superzol_etl.errors import BadFile
from tests.support.snapshots import Item, Xml, prices_csv

XMLS = [
    Xml(f"{number:03}", "202606010600", [Item(str(code), "5.90") for code in range(number)])
    for number in range(1, 9)
]


@given(block_bytes=st.integers(1, 3000), window_bytes=st.integers(1, 200))
def test_blocks_of_any_size_make_the_file_again(block_bytes: int, window_bytes: int) -> None:
    path = Path("/dev/shm") / "superzol-test-blocks.csv"
    data = prices_csv("PriceFull", XMLS)
    path.write_bytes(data)
    try:
        found = list(find_blocks(path, block_bytes, window_bytes))
        blocks = [read_block(path, start, end) for start, end in found]
    finally:
        path.unlink()
    assert b"".join(blocks) == data[data.index(b"\n") + 1 :]
    assert all(block.startswith(b"app_data/") for block in blocks)


def test_a_file_with_only_a_header_has_no_block(tmp_path: Path) -> None:
    path = tmp_path / "price_file_alpha.csv"
    path.write_bytes(b"found_folder,file_name\n")
    assert list(find_blocks(path)) == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (bytes(range(128, 256)) * 8, "not UTF-8"),
        (b"PK\x03\x04\0\0\n", "does not name columns"),
        ("<html><body>שגיאה</body></html>\n".encode(), "does not name columns"),
        (b"file_name,storeid,storeid\n", "names a column twice"),
    ],
)
def test_what_is_no_csv_of_the_publisher_is_refused(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "price_file_alpha.csv"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=complaint):
        read_header(path)


def test_a_byte_order_mark_and_capitals_in_the_header_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "price_file_alpha.csv"
    path.write_bytes(b"\xef\xbb\xbfFile_Name,StoreID\r\n")
    assert read_header(path) == ("file_name", "storeid")
