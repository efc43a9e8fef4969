"""How a store sells, and its site."""

import pytest

from superzol_etl.clean.places import BOTH, ONLINE, PHYSICAL, UNKNOWN, Place, read_place


@pytest.mark.parametrize(
    ("kind", "name", "address", "expected"),
    [
        (PHYSICAL, "תלפיות", "האומן 15", Place(PHYSICAL, None)),
        (ONLINE, "שופרסל ONLINE", "WWW.SHUFERSAL.CO.IL", Place(ONLINE, "WWW.SHUFERSAL.CO.IL")),
        (
            BOTH,
            "פולג",
            "המלאכה 28, www.keshet-teamim.co.il",
            Place(BOTH, "www.keshet-teamim.co.il"),
        ),
        (
            ONLINE,
            "מרלוג אינטרנט",
            "https://www.rami-levy.co.il/he",
            Place(ONLINE, "https://www.rami-levy.co.il/he"),
        ),
        (PHYSICAL, "אינטרנט", "www.m2000.co.il 0", Place(ONLINE, "www.m2000.co.il")),
        (UNKNOWN, "מגה דיזנגוף אונליין@", None, Place(ONLINE, None)),
        (PHYSICAL, "אינטרנט קפה", "הרצל 1", Place(PHYSICAL, None)),
        (UNKNOWN, None, None, Place(UNKNOWN, None)),
        (UNKNOWN, "תלפיות", "האומן 15", Place(UNKNOWN, None)),
    ],
)
def test_kind_and_site_are_read_from_the_description(
    kind: int, name: str | None, address: str | None, expected: Place
) -> None:
    assert read_place(kind, name, address) == expected
