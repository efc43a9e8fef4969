"""What names of files say."""

from datetime import UTC, datetime

import pytest

from superzol_etl.decode.names import parse_csv_name, published_at, store_code


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PriceFull7290058140886-028-202506250010.xml", datetime(2025, 6, 24, 21, 10, tzinfo=UTC)),
        (
            "PromoFull7290058140886-001-737-20260922-000000.xml",
            datetime(2026, 9, 21, 21, tzinfo=UTC),
        ),
        ("Stores7290058140886-000-20260601-050500.xml", datetime(2026, 6, 1, 2, 5, tzinfo=UTC)),
        ("StoresFull7290172900007--202211020200.xml", datetime(2022, 11, 2, 0, 0, tzinfo=UTC)),
        (
            "PriceFull7290696200003-0037-202406010110-001.xml",
            datetime(2024, 5, 31, 22, 10, tzinfo=UTC),
        ),
        (
            "NULLPrice7290058108879-028-202410261441.aspx.xml",
            datetime(2024, 10, 26, 11, 41, tzinfo=UTC),
        ),
        ("price7290058108879-28-20241026144105.XML", datetime(2024, 10, 26, 11, 41, 5, tzinfo=UTC)),
    ],
)
def test_a_source_name_gives_its_time_in_utc(name: str, expected: datetime) -> None:
    assert published_at(name) == expected


def test_the_hour_that_occurs_twice_in_october_is_the_first() -> None:
    assert published_at("Price1-1-202410270130.xml") == datetime(2024, 10, 26, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["", "Price.xml", "Price7290-001-20261301.xml", "Price1-1-202613010000.xml"]
)
def test_a_name_without_a_time_gives_none(name: str) -> None:
    assert published_at(name) is None


@pytest.mark.parametrize(
    ("name", "slug", "chain_id"),
    [
        ("price_full_file_rami_levy.csv", "rami_levy", "rami_levy"),
        ("price_file_victory_new_source.csv", "victory_new_source", "victory"),
        ("store_file_wolt.csv", "wolt", "wolt"),
    ],
)
def test_a_csv_name_gives_its_chain(name: str, slug: str, chain_id: str) -> None:
    parsed = parse_csv_name(name)
    assert parsed is not None
    assert (parsed.slug, parsed.chain_id) == (slug, chain_id)


@pytest.mark.parametrize("name", ["index.csv", "price_full_file_.csv", "price_full_file_a.csv.bak"])
def test_other_names_are_not_of_a_chain(name: str) -> None:
    assert parse_csv_name(name) is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("001", "1"),
        (" 39 ", "39"),
        ("0037", "37"),
        ("000", "0"),
        ("''", None),
        ("", None),
        ("12:3", None),
    ],
)
def test_a_store_number_has_no_leading_zeros(cell: str, code: str | None) -> None:
    assert store_code(cell) == code
