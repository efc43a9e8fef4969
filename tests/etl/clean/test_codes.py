"""Which item codes are GTINs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.clean.codes import check_digit_holds, read_item_code


@pytest.mark.parametrize(
    "published",
    ["7290004131074", "07290004131074", "0033984000391", "033984018600", "33984018600", "96385074"],
)
def test_a_code_of_a_gtin_length_with_a_right_check_digit_is_a_gtin(published: str) -> None:
    assert read_item_code(published) == (published.lstrip("0"), True)


@pytest.mark.parametrize(
    ("published", "why"),
    [
        ("12", "too short"),
        ("007290004131074", "fifteen digits"),
        ("7290004131075", "wrong check digit"),
        ("2000000000008", "prefix 2"),
        ("0200000000004", "prefix 02"),
        ("200000000004", "UPC-A in the range 2"),
        ("7290000000107", "prefix 729000000"),
        ("20385075", "EAN-8 beginning 2"),
        ("00000000", "EAN-8 beginning 0"),
        ("97290004131077", "variable measure"),
        ("abc", "no digits"),
    ],
)
def test_other_codes_belong_to_their_chain(published: str, why: str) -> None:
    assert not read_item_code(published).is_gtin, why


@given(st.integers(1, 10**12 - 1).map(lambda number: f"{number:012}"))
def test_exactly_one_check_digit_holds(body: str) -> None:
    assert sum(check_digit_holds(body + digit) for digit in "0123456789") == 1


@given(
    st.sampled_from(["7290004131074", "4006381333931", "96385074"]),
    st.integers(0, 13),
    st.integers(1, 9),
)
def test_one_changed_digit_never_stays_a_gtin(gtin: str, place: int, by: int) -> None:
    place %= len(gtin)
    changed = gtin[:place] + str((int(gtin[place]) + by) % 10) + gtin[place + 1 :]
    assert not read_item_code(changed).is_gtin
