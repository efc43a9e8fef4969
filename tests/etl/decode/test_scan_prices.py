"""Blocks that the compiled scanner reads are read as Polars reads them; it leaves all odd ones."""

import re
from functools import partial
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from superzol_etl.clean.text import TEST_NAMES
from superzol_etl.decode import parse, prices
from superzol_etl.decode.blocks import find_blocks
from superzol_etl.decode.columns import PRICE_COLUMNS, PRICE_REQUIRED, Layout
from superzol_etl.decode.parse import WORDS, YES
from superzol_etl.decode.scan_prices import MOST_CODES, SLOTS, KnownCodes, scan_prices
from superzol_etl.decode.scanned import LIBRARY
from superzol_etl.records import Era
from tests.support.decoded import all_prices, block, told_by

HEADER = (
    "found_folder,file_name,chainid,storeid,bikoretno,itemcode,itemname,manufacturername,"
    "manufacturecountry,manufactureritemdescription,unitqty,quantity,unitofmeasure,bisweighted,"
    "itemprice,itemid"
)
FILES = ("PriceFull7290000000001-001-202606010600.xml", "Price7290000000001-002-202606010700.xml")
START = f"dumps,{FILES[0]},7290000000001,001,0,7290004131074,חלב,תנובה,ישראל,x,גרם,1.00,מ,0,6.90,1"
MASKED = ",,,,,7290000000015,,,,x,,,,,,2"


def read(body: bytes, header: str = HEADER, *, by_polars: bool, small: bool = False) -> Any:
    """Everything that is read of a file, or why nothing is; small: a block for each source."""
    with pytest.MonkeyPatch.context() as patch:
        if small:
            patch.setattr(prices, "find_blocks", partial(find_blocks, block_bytes=64))
        if by_polars:
            patch.setattr(parse, "scan_prices", lambda *_: None)
        return told_by(all_prices, "price_full_file_alpha.csv", header.encode() + b"\n" + body)


def scanned(
    body: bytes, header: str = HEADER, era: Era = Era.MARKED, known: KnownCodes | None = None
) -> Any:
    names = tuple(header.split(","))
    layout = Layout.of("price.csv", names, PRICE_COLUMNS, PRICE_REQUIRED, era)
    return scan_prices(body, layout, TEST_NAMES, YES, known or KnownCodes())


def cells(*told: str) -> st.SearchStrategy[str]:
    """Cells of which half are masked."""
    return st.just("") | st.sampled_from(told)


texts = cells(
    "אב", "test", "טסט", '"a,b"', '"ק""ג"', "''", "לא ידוע", "a b", '""', "₪", "é", "\x02"
)
codes = cells("7290004131074", "7290000000015", "12", "0012", "a b", "", "x" * 16, "x" * 17, '"7"')
figures = cells("6.90", "0", "0.00", "1.005", "0.285", "7", "free", " 5 ", "-1", "1e3", ".5", "5.")
more = cells("99999999999", "21474836.47", "21474836.48", "1.0000000499", "12.3456789", "''", "nan")
yes = cells("0", "1", "1.0", " 1", "true", "yes", '"1"')
starts = st.sampled_from([("dumps", file, chain) for file in FILES for chain in ("729", "", "''")])
goes_on = st.just(("", "", ""))
odd_starts = st.sampled_from([("", FILES[1], ""), ("dumps", "", ""), ("dumps", "file_name", "1")])


@st.composite
def rows(draw: st.DrawFn, *, is_first: bool = False) -> str:
    folder, file, chain = draw(starts if is_first else goes_on | goes_on | starts | odd_starts)
    whole = is_first or (folder and draw(st.integers(0, 3)))
    store = draw(cells("001", "2", "x"))
    row = [folder, file, chain, store, "0", draw(codes), *(draw(texts) for _ in range(4))]
    row += [draw(texts), draw(figures), draw(texts), draw(yes), draw(figures | more), draw(texts)]
    if whole:
        fill = START.split(",")
        row = [cell or fill[place] for place, cell in enumerate(row)]
    return ",".join(row)


# One in five is no row of CSV, or not of this width.
wild = st.text(',"\n\ra7', max_size=6) | st.just('dumps,"a') | st.just(HEADER)
tables = st.tuples(rows(is_first=True), st.lists(st.one_of(*[rows()] * 20, wild), max_size=8)).map(
    lambda told: "\n".join([told[0], *told[1]])
)
ends = st.sampled_from(["\n", "\n", "\n", "\r\n", ""])


@given(tables, ends, st.sampled_from([HEADER, HEADER.replace("itemname", "itemnm")]))
@settings(max_examples=400)
@example(f"{START}\n,,,,,12,,,,,,,,,-1,2\n,,,,,13,,,,,,,,,,3", "\n", HEADER)
@example(f"{START}\n,,,,,12,,,,,,,,,1.0000000499,2", "\n", HEADER)
def test_what_is_scanned_is_what_polars_reads(table: str, end: str, header: str) -> None:
    body = (table + end).encode()
    assert read(body, header, by_polars=False) == read(body, header, by_polars=True)


@given(tables, st.integers(0, 1 << 16), st.sampled_from([b"\xff", b"\xd7", b"\0", b"\xed\xa0\x80"]))
@settings(max_examples=150)
def test_bytes_that_are_no_text_are_left_to_polars(table: str, place: int, odd: bytes) -> None:
    text = (table + "\n").encode()
    place %= len(text)
    body = text[:place] + odd + text[place:]
    assert read(body, by_polars=False) == read(body, by_polars=True)


@given(
    st.binary(max_size=12) | st.text(max_size=9).map(str.encode),
    st.integers(0, 20) | st.integers(16_100, 16_400),  # it looks at pieces of 16,384
)
@settings(max_examples=300)
def test_a_block_is_scanned_only_if_it_is_utf8(odd: bytes, shift: int) -> None:
    name = odd.translate(None, b',"\n\r')
    cell = b"a" * shift + name
    body = block(START) + b",,,,,12," + cell + b",,,x,,,,,1.00,2\n"
    try:
        body.decode()
    except UnicodeDecodeError:
        assert scanned(body) is None
    else:
        assert scanned(body) is not None


def test_letters_of_two_bytes_are_looked_at_as_often_however_many_stand_together() -> None:
    """Without a blank or a comma, a megabyte of them took five seconds."""
    body = block(START) + f",,,,,12,{'א' * 500_000},,,x,,,,,1.00,2\n".encode()
    begun = process_time()
    assert scanned(body) is not None
    assert process_time() - begun < 1


def test_plain_blocks_are_scanned() -> None:
    found = scanned(block(START, MASKED, START.replace(FILES[0], FILES[1])))
    assert found.price.tolist() == [690, 690, 690]
    assert found.codes.to_list() == ["7290004131074", "7290000000015"]
    assert found.code.tolist() == [0, 1, 0]
    assert found.told_rows.tolist() == [0, 2]
    assert found.cells.at("itemname", np.array([1])).to_list() == ["חלב"]


def of_codes(first: str, *others: str) -> bytes:
    """A block whose rows have these codes."""
    rows = [MASKED.replace("7290000000015", code) for code in others]
    return block(START.replace("7290004131074", first), *rows)


numbers = st.integers(0, 30)
shelves = st.lists(
    numbers.map(str) | numbers.map(lambda number: f"7290000{number:06}"), min_size=1, max_size=40
)


@given(st.lists(shelves | shelves.map(sorted), min_size=1, max_size=6))
@example([["1", "2", "3", "1", "3", "2", "2", "1", "4", "3", "4", "1", "2"]])
def test_codes_are_told_apart_in_any_order_over_blocks(blocks: list[list[str]]) -> None:
    known, told = KnownCodes(), []
    for codes in blocks:
        found = scanned(of_codes(*codes), known=known)
        told += found.codes.to_list()
        assert [told[number] for number in found.code.tolist()] == codes
    assert len(told) == len(set(told)) == known.count


def test_nothing_is_known_of_codes_once_a_block_was_odd() -> None:
    known = KnownCodes()
    assert scanned(of_codes("1", "2"), known=known).codes.to_list() == ["1", "2"]
    assert scanned(of_codes("3", "x" * 17), known=known) is None
    assert scanned(of_codes("2", "3"), known=known).codes.to_list() == ["2", "3"]


def test_codes_are_forgotten_before_there_are_too_many() -> None:
    known = KnownCodes()
    for first in range(0, 3 * MOST_CODES, MOST_CODES // 2):
        codes = [str(code) for code in range(first, first + MOST_CODES // 2)]
        found = scanned(of_codes(*codes), known=known)
        assert found.codes.to_list() == codes


@given(st.lists(tables, min_size=2, max_size=6))
@settings(max_examples=200)
def test_codes_have_one_number_in_all_blocks(sources: list[str]) -> None:
    """Also where some blocks between are odd."""
    body = "".join(f"{source}\n" for source in sources).encode()
    assert read(body, by_polars=False, small=True) == read(body, by_polars=True, small=True)


def test_a_block_of_all_words_keeps_those_of_rows_above() -> None:
    quoted = ',,,,,13,"ק""ג, ""a""",,,x,,,,,7,2'
    found = scanned(block(START, quoted, MASKED))
    assert found.cells.at("itemname", np.array([0, 1, 2])).to_list() == ["חלב", *['ק"ג, "a"'] * 2]
    lacking = scanned(block("f,PriceFull-001-202606010600.xml,1,12,6.90"), SHORT)
    assert [lacking.cells.at(word, np.array([0])).to_list() for word in WORDS] == [[None]] * 6


SHORT = "found_folder,file_name,storeid,itemcode,itemprice"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xa7" + block(START), id="begins within a letter"),
        pytest.param(block(MASKED), id="does not begin with a source"),
        pytest.param(block(START, MASKED)[:-1], id="has no last newline"),
        pytest.param(block(START, MASKED + ","), id="a cell too many"),
        pytest.param(block(START, MASKED[1:]), id="a cell too few"),
        pytest.param(block(START, ""), id="an empty line"),
        pytest.param(block(START, MASKED.replace("x", 'a"b')), id="a quote within a cell"),
        pytest.param(block(START, MASKED.replace("x", '"a"b')), id="text behind a quoted cell"),
        pytest.param(block(START, MASKED.replace("x", '"a\nb"')), id="a newline in quotes"),
        pytest.param(block(START, MASKED + "\r"), id="a carriage return at the end"),
        pytest.param(block(START, START.replace(FILES[0], FILES[1]).replace("חלב", "")), id="torn"),
        pytest.param(block(START, HEADER), id="a header again"),
        pytest.param(block(START, MASKED.replace("729", "7\0")), id="a code with a NUL"),
        pytest.param(block(START, MASKED.replace("729", "7" * 20)), id="a code too long"),
        pytest.param(block(START, MASKED.replace("7290000000015", '"1""2"')), id="a quoted code"),
        pytest.param(block(*[START, START.replace("001", "002")] * 9), id="a source in each row"),
    ],
)
def test_an_odd_block_is_left_to_polars(body: bytes) -> None:
    assert scanned(body) is None
    assert read(body, by_polars=False) == read(body, by_polars=True)


def test_a_file_of_era_a_or_of_two_spellings_is_left_to_polars() -> None:
    assert scanned(block(START), era=Era.BLANK) is None
    assert scanned(block(f"{START},y"), f"{HEADER},itemnm") is None


def test_more_codes_than_the_scanner_can_number_are_left_to_polars() -> None:
    many = [MASKED.replace("7290000000015", str(code)) for code in range(MOST_CODES)]
    assert scanned(block(START, *many[:-1])) is not None
    assert scanned(block(START, *many)) is None


def test_the_scanner_counts_as_many_cells_of_a_row_as_it_is_given_room_for() -> None:
    told = re.search(r"SLOTS = (\d+)", LIBRARY.with_name("scan_prices.c").read_text())
    assert told is not None
    assert int(told[1]) == len(SLOTS)
