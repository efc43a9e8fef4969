"""Which country chains mean."""

import polars as pl
import pytest

from superzol_etl.clean.countries import read_countries, read_country


@pytest.mark.parametrize(
    ("published", "code"),
    [
        ("ישראל", "IL"),
        ("IL2", "IL"),
        ("il", "IL"),
        ("טורקיה", "TR"),
        ("תורכיה", "TR"),
        ("אנגליה", "GB"),
        ('ארה"ב', "US"),
        ("צ'כיה", "CZ"),
        ("צכיה", "CZ"),
        ("הרפובליקה הסינית\xa0(טאיוואן)", "TW"),
        ("לא ידוע", None),
        ("", None),
        (None, None),
    ],
)
def test_spellings_of_one_country_have_one_code(published: str | None, code: str | None) -> None:
    assert read_country(published) == code


def test_a_column_is_read_as_its_texts() -> None:
    texts = ["ישראל", None, "IL", "אין כזו"]
    column = pl.Series(texts, dtype=pl.String)
    assert read_countries(column).to_list() == [read_country(text) for text in texts]
    assert read_countries(column.clear()).to_list() == []
    assert read_countries(pl.Series([None], dtype=pl.String)).to_list() == [None]
