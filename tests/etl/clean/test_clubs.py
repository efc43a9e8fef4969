"""Clubs are numbers, however chains name them beside."""

import pytest

from superzol_etl.clean.promotions import read_clubs


@pytest.mark.parametrize(
    ("published", "clubs"),
    [
        ([], ()),
        (["0"], ()),
        (["0 - כלל הלקוחות"], ()),
        (["0-כלל הלקוחות"], ()),
        (["1 - המועדון החדש"], ("1",)),
        (["2 -אשראי", "1"], ("1", "2")),
        (["1", "0"], ()),
        ([" "], ()),
    ],
)
def test_club_is_its_number(published: list[str], clubs: tuple[str, ...]) -> None:
    assert read_clubs(published) == clubs
