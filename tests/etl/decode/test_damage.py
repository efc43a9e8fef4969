"""Damage within a source XML: what is lost, and that a store that lost rows counts as cut."""

import gzip
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import pytest

from superzol_etl.decode.blocks import find_blocks, read_header
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import (
    PRICE_COLUMNS,
    PRICE_REQUIRED,
    PROMOTION_COLUMNS,
    PROMOTION_REQUIRED,
    Layout,
)
from superzol_etl.decode.prices import read_prices
from superzol_etl.decode.promotions import BodyBook, read_promotions
from superzol_etl.decode.rows import find_rows
from superzol_etl.errors import BadFile
from tests.support.snapshots import Item, Promo, Xml, prices_csv, promotions_csv

AT = "202606010600"
STORES = ("1", "2", "3")


class Told(NamedTuple):
    """rows: store and code. cut: stores counted as cut. refused: line and reason."""

    rows: list[tuple[str, str]]
    cut: set[str]
    refused: list[tuple[int, str]]


def price_lines() -> list[bytes]:
    """A header, then three XMLs of three rows with different codes and prices."""
    xmls = [
        Xml(store, AT, [Item(str(n), f"{store}.{n}0", f"שם {n}") for n in (1, 2, 3)])
        for store in STORES
    ]
    return prices_csv("PriceFull", xmls).splitlines(keepends=True)


def promotion_lines() -> list[bytes]:
    xmls = [(store, AT, [Promo(str(n), ["1"], f"{n}.90") for n in (1, 2, 3)]) for store in STORES]
    return promotions_csv("PromoFull", xmls).splitlines(keepends=True)


def prices(lines: list[bytes]) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "price_full_file_alpha.csv"
        path.write_bytes(b"".join(lines))
        layout = Layout.of(path.name, read_header(path), PRICE_COLUMNS, PRICE_REQUIRED)
        book = CodeBook()
        told = Told([], set(), [])
        for block in read_prices(path, layout, True, book):
            places = zip(block.part.tolist(), block.code.tolist(), strict=True)
            told.rows.extend((block.parts[part].store_code, book.codes()[n]) for part, n in places)
            told.cut.update(part.store_code for part in block.parts if part.cut)
            told.refused.extend((reject.line, reject.reason) for reject in block.rejects)
    return told


def promotions(lines: list[bytes]) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "promo_full_file_alpha.csv"
        path.write_bytes(b"".join(lines))
        layout = Layout.of(path.name, read_header(path), PROMOTION_COLUMNS, PROMOTION_REQUIRED)
        book = BodyBook()
        told = Told([], set(), [])
        for block in read_promotions(path, layout, True, book):
            for part, number in zip(block.part.tolist(), block.body.tolist(), strict=True):
                body = book.bodies[number]
                assert not isinstance(body, str)
                told.rows.append((block.parts[part].store_code, body.promotions[0].code))
            told.cut.update(part.store_code for part in block.parts if part.cut)
            told.refused.extend((reject.line, reject.reason) for reject in block.rejects)
    return told


@pytest.mark.parametrize("place", [1, 2, 3, 4, 5, 9, 10])
@pytest.mark.parametrize("is_crlf", [False, True])
def test_a_repeated_header_costs_no_row_wherever_it_stands(place: int, is_crlf: bool) -> None:
    for lines, read in ((price_lines(), prices), (promotion_lines(), promotions)):
        whole = read(lines)
        damaged = [*lines[:place], lines[0], *lines[place:]]
        if is_crlf:
            damaged = [line.replace(b"\n", b"\r\n") for line in damaged]
        told = read(damaged)
        assert (told.rows, told.cut) == (whole.rows, set())
        assert told.refused == [(place + 1, "header_repeated")]


BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("place", [1, 2, 4, 10])
@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda header: BOM + header, id="BOM"),
        pytest.param(bytes.upper, id="capitals"),
        pytest.param(lambda header: BOM + header.upper(), id="BOM and capitals"),
        pytest.param(lambda header: BOM + b'"found_folder"' + header[12:], id="BOM and quotes"),
    ],
)
def test_a_repeated_header_is_known_in_other_writings(
    place: int, write: Callable[[bytes], bytes]
) -> None:
    for lines, read in ((price_lines(), prices), (promotion_lines(), promotions)):
        whole = read(lines)
        repeated = write(lines[0])
        told = read([repeated, *lines[1:place], repeated, *lines[place:]])
        assert (told.rows, told.cut) == (whole.rows, set())
        assert told.refused == [(place + 1, "header_repeated")]


def test_a_repeated_header_is_known_where_the_name_of_the_source_stands_first() -> None:
    first = price_lines()[1]
    cells = [line.strip().split(b",") for line in (price_lines()[0], first)]
    header, row = (b",".join([name, folder, *rest]) + b"\n" for folder, name, *rest in cells)
    told = prices([BOM + header, row, BOM + header.upper()])
    assert (told.rows, told.refused) == ([("1", "1")], [(3, "header_repeated")])


def test_a_second_header_of_other_columns_is_refused() -> None:
    lines = price_lines()
    other = lines[0].replace(b"itemcode", b"x").replace(b"itemprice", b"itemcode")
    with pytest.raises(BadFile, match="second header with other columns"):
        prices([*lines[:4], other.replace(b"x", b"itemprice"), *lines[4:]])


@pytest.mark.parametrize("again", [b"", BOM], ids=["plain", "BOM"])
def test_a_header_on_top_again_does_not_make_the_file_one_block(
    tmp_path: Path, again: bytes
) -> None:
    lines = price_lines()
    path = tmp_path / "price_full_file_alpha.csv"
    path.write_bytes(b"".join([again, lines[0], b"\n", again, *lines]))
    assert len(list(find_blocks(path, block_bytes=100, window_bytes=64))) == 4


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (gzip.compress(b"found_folder\n", mtime=0), "packed by gzip: unpack it"),
        (b"PK\x03\x04\x14\x00", "a zip: unpack it"),
        ("found_folder\n".encode("utf-16"), "text in UTF-16"),
    ],
    ids=["gzip", "zip", "utf-16"],
)
def test_a_file_of_another_form_is_told_as_what_it_is(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "price_full_file_alpha.csv"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=told):
        read_header(path)


def test_a_header_too_long_to_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "price_full_file_alpha.csv"
    columns = b",".join(b"column_%d" % number for number in range(10_000))
    path.write_bytes(price_lines()[0].strip() + b"," + columns + b"\n" + price_lines()[1])
    with pytest.raises(BadFile, match="first line is longer"):
        read_header(path)


@pytest.mark.parametrize(
    "damage", [b",,,,2\n", b',,,,2,"open,,2.20,,,\n', b",,,,2,\xff\xfe,,,2.20,,''\n"]
)
def test_a_store_that_lost_a_row_to_damage_counts_as_cut(damage: bytes) -> None:
    lines = price_lines()
    lines[5] = damage  # the second row of the second store
    assert prices(lines).cut == {"2"}
    lines = promotion_lines()
    lines[5] = damage
    assert promotions(lines).cut == {"2"}


@pytest.mark.parametrize("cell", ["x y", "no-time.xml"])
def test_rows_lost_below_a_bad_cell_of_their_store_count_as_lost_by_the_one_above(
    cell: str,
) -> None:
    lines = price_lines()
    lines[5] = lines[5].replace(b",,,,", f",{cell},,,".encode(), 1)
    told = prices(lines)
    assert told.cut == {"2"}
    assert [line for line, _ in told.refused] == [6, 7]


def test_an_xml_of_nobody_makes_no_other_store_cut() -> None:
    lines = price_lines()
    lines[4] = lines[4].replace(b"-202606010600", b"")  # the second XML tells no time
    told = prices(lines)
    assert told.cut == set()
    assert {store for store, _ in told.rows} == {"1", "3"}


def test_rows_are_looked_for_as_often_however_many_xmls_are_of_nobody() -> None:
    def searches(nobodies: int) -> int:
        first = price_lines()[1]
        names = [b"-1-%d.xml" % number for number in range(nobodies)]
        rows = [first.replace(b"-1-202606010600.xml", name) for name in names]
        found: list[FrameType] = []

        def note(frame: FrameType, event: str, _: object) -> None:
            if event == "call" and frame.f_code is find_rows.__code__:
                found.append(frame)

        sys.setprofile(note)
        try:
            told = prices([price_lines()[0], first, *rows])
        finally:
            sys.setprofile(None)
        assert (len(told.refused), told.cut) == (nobodies, set())
        return len(found)

    assert searches(50) == searches(5)


def test_a_bad_price_or_an_empty_line_makes_no_store_cut() -> None:
    lines = price_lines()
    lines[5] = lines[5].replace(b"2.20", b"free")
    lines.insert(7, b"\n")
    told = prices(lines)
    assert told.cut == set()
    assert [reason for _, reason in told.refused] == ["price_malformed", "row_empty"]


def test_a_store_whose_promotions_cannot_be_read_counts_as_cut() -> None:
    lines = promotion_lines()
    for place in (4, 5, 6):
        lines[place] = lines[place].replace(b'{""item""', b'{{""item""')
    told = promotions(lines)
    assert told.cut == {"2"}
    assert {reason for _, reason in told.refused} == {"tree_unreadable"}


def test_an_empty_line_at_the_end_of_a_promotion_file_makes_no_store_cut() -> None:
    told = promotions([*promotion_lines(), b"\n"])
    assert (told.cut, told.refused) == (set(), [(11, "row_empty")])


@pytest.mark.parametrize(
    "damage",
    [
        ",,,,2,שמן, זית,,9.99,2.20,1,''\n".encode(),  # the cells below a name move to the right
        b",,,,2,a,,,2.20,,'',one cell too many\n",
        b",,,,2,a,,,2.20,,'',,two\n",
    ],
)
def test_a_row_with_a_cell_too_many_is_refused_where_all_last_cells_are_filled(
    damage: bytes,
) -> None:
    lines = price_lines()
    lines[5] = damage
    told = prices(lines)
    assert ("2", "2") not in told.rows
    assert (told.refused[0], told.cut) == ((6, "row_with_wrong_number_of_fields"), {"2"})
