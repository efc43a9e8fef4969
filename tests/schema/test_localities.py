"""Spellings of cities: the functions that loads and callers share."""

import asyncpg
import pytest


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("5000", "תל אביב-יפו"),
        ("תל אביב", "תל אביב-יפו"),
        ("תל אביב - יפו", "תל אביב-יפו"),
        ("תל-אביב", "תל אביב-יפו"),
        ("תלאביב", "תל אביב-יפו"),
        ('ת"א', "תל אביב-יפו"),
        ("tel aviv", "תל אביב-יפו"),
        ("ק.מוצקין", "קריית מוצקין"),
        ("ק. מוצקין", "קריית מוצקין"),
        ("קרית מוצקין", "קריית מוצקין"),
        ("קריתגת", "קריית גת"),
        ('פ"ת', "פתח תקווה"),
        ("פתח-תקוה", "פתח תקווה"),
        ('ראשל"צ', "ראשון לציון"),
        ("ראשון-לציון", "ראשון לציון"),
        ("נצרת עילית", "נוף הגליל"),
        ("נוף הגליל", "נוף הגליל"),
        ("נצרת", "נצרת"),
        ("טירת הכרמל", "טירת כרמל"),
        ("טירה", "טירה"),
        ("יוקנעם", "יקנעם עילית"),
        ("אוריהודה", "אור יהודה"),
        (" באר יעקב", "באר יעקב"),
        ("סכנין", "סח'נין"),
        ("שהם", "שוהם"),
        ("ראשון לצ'", "ראשון לציון"),
        ("הרצליה פיתוח", "הרצליה"),
        ('כפ"ס', "כפר סבא"),
        ('הוה"ש', "הוד השרון"),
        ('רה"ע', "ראש העין"),
        ("Tel-Aviv Jaffa", "תל אביב-יפו"),
        ("Be'er Sheva", "באר שבע"),
        ("beersheba", "באר שבע"),
        ("Petach-Tikva", "פתח תקווה"),
        ("Akko", "עכו"),
        ("003000", "ירושלים"),
        ("עיר שאיש לא מכיר", "עיר שאיש לא מכיר"),
    ],
)
async def test_a_city_is_found_by_its_code_or_any_spelling(
    connection: asyncpg.Connection, asked: str, name: str
) -> None:
    found = await connection.fetchval("SELECT city_text($1) = search_text($2)", asked, name)
    assert found, await connection.fetchval("SELECT city_text($1)", asked)


async def test_a_spelling_names_one_locality_and_each_name_itself(
    connection: asyncpg.Connection,
) -> None:
    strangers = await connection.fetch(
        """
        SELECT locality.name FROM locality
        LEFT JOIN locality_spelling AS spelling ON key = city_key(name)
        WHERE spelling.code IS DISTINCT FROM locality.code
        """
    )
    assert strangers == []
    assert await connection.fetchval("SELECT count(*) = count(DISTINCT name) FROM locality")
    assert await connection.fetchval("SELECT count(*) FROM locality") > 180
