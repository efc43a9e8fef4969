"""Identifiers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import (
    is_check_digit_right,
    is_restricted,
    read_barcode,
    read_product_id,
    read_store_id,
)

BODIES = st.text("0123456789", min_size=7, max_size=13).filter(lambda body: body.strip("0"))


def with_check_digit(body: str) -> str:
    return next(body + digit for digit in "0123456789" if is_check_digit_right(body + digit))


@given(BODIES, st.integers(0, 6))
def test_gtin_is_the_same_however_many_zeros_lead(body: str, zeros: int) -> None:
    gtin = with_check_digit(body)
    assert read_product_id("0" * zeros + gtin) == gtin.lstrip("0")


@given(BODIES)
def test_one_wrong_digit_is_never_accepted(body: str) -> None:
    gtin = with_check_digit(body)
    wrong = gtin[:-1] + str((int(gtin[-1]) + 1) % 10)
    with pytest.raises(InvalidRequest):
        read_product_id(wrong)


@given(
    BODIES,
    st.sampled_from([" ", "-", "\u00a0", "  ", "\u2011", "\u2013", "\u05be", "\u200f", "\u202b"]),
    st.integers(0, 6),
)
def test_barcode_forgets_blanks_hyphens_and_marks_of_direction(
    body: str, separator: str, place: int
) -> None:
    gtin = with_check_digit(body)
    assert read_barcode(gtin[:place] + separator + gtin[place:]) == read_barcode(gtin)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_its_field(text: str) -> None:
    for read in (read_product_id, read_store_id, read_barcode):
        try:
            read(text, "some.path")
        except InvalidRequest as error:
            assert error.violations[0].field == "some.path"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\u200f7290004131074", r'"\u200f7290004131074" is neither'),
        ("rami_levy:12\n", r'"rami_levy:12\n" is neither'),
        ("rami_levy:1\u00a02", r'"rami_levy:1\xa02" is neither'),
        ("חלב", '"חלב" is neither'),
    ],
)
def test_refusal_shows_what_cannot_be_seen(text: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_product_id(text)
    assert sentence in str(refused.value)


@given(st.from_regex(r"[a-z_]{1,20}:[0-9]{1,9}", fullmatch=True))
def test_what_is_read_is_read_again_as_it_is(text: str) -> None:
    assert read_store_id(read_store_id(text)) == read_store_id(text)
    assert read_product_id(read_product_id(text)) == read_product_id(text)


@pytest.mark.parametrize(
    ("gtin", "restricted"),
    [
        ("7290004131074", False),
        ("7290000001234", True),
        ("2000000000008", True),
        ("200000000004", True),
        ("400000000008", True),
        ("12345678905", False),
        ("96385074", False),
        ("20000004", True),
        ("1234565", True),
        ("97290004131077", True),
        ("17290004131071", False),
    ],
)
def test_ranges_within_one_company_are_restricted(gtin: str, restricted: bool) -> None:
    assert is_restricted(gtin) is restricted
