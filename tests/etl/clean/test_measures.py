"""What chains write about quantities, and the net quantity it means."""

from collections.abc import Sequence
from typing import TypeAlias

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.clean.measures import MEASURE, Measure, measure_words
from superzol_etl.clean.units import Unit

Words: TypeAlias = tuple[str | None, str | None, str | None, str | None, bool]
COLUMNS = ("name", "quantity", "unit_of_quantity", "unit_of_measure", "weighted")

GRAM, ML, PIECE, METRE = Unit.GRAM, Unit.MILLILITRE, Unit.PIECE, Unit.METRE


def read(rows: Sequence[Words]) -> list[Measure]:
    schema = {name: pl.String for name in COLUMNS[:-1]} | {"weighted": pl.Boolean}
    words = pl.DataFrame(rows, schema=schema, orient="row")
    return [Measure(*row) for row in measure_words(words).iter_rows()]


def read_one(
    name: str | None = None,
    quantity: str | None = None,
    unit: str | None = None,
    base: str | None = None,
    weighted: bool = False,
) -> Measure:
    (found,) = read([(name, quantity, unit, base, weighted)])
    return found


@pytest.mark.parametrize(
    ("quantity", "unit", "base", "expected"),
    [
        ("500.00", "גרמים", "100 גרם", (500_000, GRAM)),
        ("1.00", 'ק"ג', 'ק"ג', (1_000_000, GRAM)),
        ("1.75", "קילוגרמים", 'ק"ג     ', (1_750_000, GRAM)),
        ("330", 'מ"ל', '100 מ"ל  ', (330_000, ML)),
        ("1.50", "ליטרים", "ליטר    ", (1_500_000, ML)),
        ("750.00", "100 מל", None, (750_000, ML)),
        ("12.00", "יח'", "יח'", (12_000, PIECE)),
        ("5.00", "100 יח'", "100 יח'", (5_000, PIECE)),
        ("7.62", "מטרים", "מטר", (7_620, METRE)),
        ("750.00", "מטרים", "100 מ'ל", (750_000, ML)),
        ("250", "00000", "100 גרם", (250_000, GRAM)),
        ("4.80", "גרמים", "100 גרם", (4_800, GRAM)),
    ],
)
def test_fields_tell_the_net_quantity(
    quantity: str, unit: str, base: str | None, expected: tuple[int, int]
) -> None:
    assert read_one("שם בלי מספר", quantity, unit, base) == Measure(*expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("חלב 3% 1.5 ל' בקרטון", (1_500_000, ML)),
        ("במבה 80 גרם", (80_000, GRAM)),
        ('סוכר לבן 1 ק"ג ארוז', (1_000_000, GRAM)),
        ("שמן זית ‏750מ״ל", (750_000, ML)),
        ("שוקו-500 גרם", (500_000, GRAM)),
        ("Cola 1.5L", (1_500_000, ML)),
        ('בירה 6*330 מ"ל', (1_980_000, ML, 6)),
        ('בירה מארז 330X6מ"ל', (1_980_000, ML, 6)),
        ("נביעות 6 * 1.5 ליטר", (9_000_000, ML, 6)),
        ("במבה מארז 10 יח' * 25 ג' אסם", (250_000, GRAM, 10)),
        ("לקקן ממולא 18גר*34", (612_000, GRAM, 34)),
        ("מאגדת יוגורט טעים 8*150ג", (1_200_000, GRAM, 8)),
        ("סודה 1.5 ליטר שישייה", (9_000_000, ML, 6)),
        ("תה קמומיל 25 יח'", (25_000, PIECE)),
        ("מפות שולחן 8 מטר עבה", (8_000, METRE)),
    ],
)
def test_where_the_fields_are_blank_the_name_tells(name: str, expected: tuple[int, ...]) -> None:
    assert read_one(name, "1", "00000", "00000") == Measure(*expected)


@pytest.mark.parametrize(
    "name",
    [
        None,
        "שוקולד מריר",
        'חיתולים 7-12 ק"ג',  # what the child weighs
        "חומץ 12*290ג חדש",  # a carton; the price is for one
        "סבון רביעייה 360 ג",  # of all four or of each
        "זוג מברשות 75 מל",
        "קפה 200 גרם+50 גר' מתנה",
        "נייר טואלט טאצ' 32 ג",  # cut at 20 letters: rolls
        'תוסף 500 מ"ג',  # a dose
        "מיץ 1,5 ליטר",
        "0 גרם",
        'תפוחי אדמה 9*1.5ק"ג',  # a carton; the price is for a bag
        "אורז יסמין 5ק'ג*5 יח",
        "נוזל כלים 1.24 מל",  # litres
        "ביצים 18 L גדול",
        'כוס זכוכית 450 מ"ל',  # what goes in
        "מטליות לחות 50X3יח'",
    ],
)
def test_a_name_that_can_be_read_in_two_ways_tells_nothing(name: str | None) -> None:
    assert read_one(name, "0.00", None, None) == Measure()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (('וודקה 700 מ"ל', "700.00", "מטרים"), (700_000, ML)),
        (("שום כתוש 250ג בק'", "250.00", "מטרים", "100 מ'ל"), (250_000, GRAM)),
        (('סוגת סוכר 1 ק"ג', "1.00", "יח'"), (1_000_000, GRAM)),
        (("חציל בטחינה 300 גר פיקנטי", "300.00", "100 יח'"), (300_000, GRAM)),
        (("קרלו 8 יח' * 100 ג'", "100", "גרם"), (800_000, GRAM, 8)),
        (("תירס 1.75 קג בדלי", "1.75", "גרם"), (1_750_000, GRAM)),
        (("תירס 80 גרם בשקית", "80", "קילו"), (80_000, GRAM)),
    ],
)
def test_the_name_mends_fields_that_name_a_wrong_unit_or_one_piece_of_several(
    words: tuple[str, str, str] | tuple[str, str, str, str], expected: tuple[int, ...]
) -> None:
    assert read_one(*words) == Measure(*expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("תה קמומיל 1.5גר 25שקיות", (25_000, PIECE)),
        ('כוס לברד 330 מ"ל 40יח', (40_000, PIECE)),
        ("כוסמת 500 גר", (500_000, GRAM)),
    ],
)
def test_a_measure_of_each_piece_or_of_what_goes_in_does_not_count(
    name: str, expected: tuple[int, int]
) -> None:
    assert read_one(name, "1", "00000") == Measure(*expected)


def test_fields_win_over_a_name_that_tells_something_else() -> None:
    assert read_one("זיתים 560 גרם מסונן 340 ג", "340.00", "גרמים") == Measure(340_000, GRAM)
    assert read_one("אבקת כביסה 3 ליטר", "2700", "גרם") == Measure(2_700_000, GRAM)


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ("2.50", "יח'"),
        ("0.00", "גרמים"),
        ("1.00", "גרמים"),
        ("500", "קילוגרמים"),
        ("100.00", "קילו"),
        ("-3", "גרם"),
        ("1e9", "גרם"),
        ("nan", "ליטר"),
        ("לא ידוע", "ליטר"),
    ],
)
def test_absurd_fields_tell_nothing(quantity: str, unit: str) -> None:
    assert read_one("שם בלי מספר", quantity, unit) == Measure()


def test_weighted_goods_are_measured_by_the_kilogram_whatever_is_written() -> None:
    for quantity, unit in [("1", 'ק"ג'), ("1000", "גרם"), ("1", "יחידה"), (None, None)]:
        assert read_one('עוף 3 ק"ג', quantity, unit, weighted=True) == Measure(1_000_000, GRAM)


PARTS = ["6", "12", "1.5", "330", "*", "x", "-", "+", 'ק"ג', "ג'", 'מ"ל', "ליטר", "יח'", "שישייה"]
names = st.one_of(st.none(), st.lists(st.sampled_from([*PARTS, " ", "חלב"])).map("".join))
fields = st.one_of(st.none(), st.sampled_from(["1", "0.00", "330", "1.5", "9" * 30, "גרם", "יח'"]))
rows = st.tuples(names, fields, fields, fields, st.booleans())


@given(st.lists(rows, max_size=12))
def test_each_row_is_read_as_if_it_were_alone_and_keeps_its_bounds(several: list[Words]) -> None:
    together = read(several)
    assert together == [read([row])[0] for row in several]
    for found in together:
        assert (found.net_quantity is None) == (found.net_unit is None)
        assert found.net_quantity is None or 0 < found.net_quantity <= 100_000_000
        assert found.pieces is None or 0 < found.pieces <= 1000


def test_the_columns_are_those_of_the_table() -> None:
    assert tuple(MEASURE) == Measure._fields
