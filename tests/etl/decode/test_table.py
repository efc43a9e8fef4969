"""A block is read as it is only where reading it with marked rows says the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from superzol_etl.decode.table import _parse_filled, _parse_marked

WIDTH = 4
PLACES = set(range(WIDTH))
cells = st.sampled_from(["", "a", "אב", '""', '"c,d"', '"e\nf"', '"g ""h"""', "0", "\r"])
rows = st.lists(cells, min_size=WIDTH, max_size=WIDTH).map(",".join)
broken = st.lists(cells, max_size=WIDTH + 2).map(",".join) | st.text(',"\n\ra', max_size=6)
blocks = st.lists(rows | broken, min_size=1, max_size=6)
# All end in a filled cell, some have a cell too many or too few.
plain = st.sampled_from(["", "a", "אב", '"g ""h"""', '"c,d"'])
ended = st.sampled_from([WIDTH, WIDTH, WIDTH, WIDTH - 1, WIDTH + 1, WIDTH + 2]).flatmap(
    lambda width: st.lists(plain, min_size=width - 1, max_size=width - 1)
)
ended_blocks = st.lists(ended.map(lambda row: ",".join([*row, "1"])), min_size=1, max_size=4)


@given(blocks | ended_blocks, st.sampled_from([PLACES, {1, WIDTH - 1}]))
@settings(max_examples=400)
def test_what_is_read_without_marks_is_read_the_same_with_them(
    lines: list[str], places: set[int]
) -> None:
    body = "".join(f"{line}\n" for line in lines).encode()
    read = _parse_filled(body, body.count(b"\n"), WIDTH, places)
    if read is not None:
        marked = _parse_marked(body, body.count(b"\n"), WIDTH, places)
        assert read.rows() == marked.select(read.columns).rows()


@given(st.lists(st.sampled_from(["f,,a,1", ",אב,,2", ',"c d",,"g ""h"""', ',,,""']), min_size=1))
def test_whole_rows_with_a_last_cell_need_no_marks(lines: list[str]) -> None:
    body = "".join(f"{line}\n" for line in lines).encode()
    read = _parse_filled(body, len(lines), WIDTH, PLACES)
    assert read is not None and len(read) == len(lines)


@given(st.lists(rows).filter(lambda lines: any(line.endswith(",") for line in lines)))
def test_rows_that_end_in_an_empty_cell_are_marked(lines: list[str]) -> None:
    body = "".join(f"{line}\n" for line in lines).encode()
    assert _parse_filled(body, body.count(b"\n"), WIDTH, PLACES) is None
