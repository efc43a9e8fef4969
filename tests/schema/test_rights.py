"""Who may do what, and every table and column says what it is."""

import asyncpg
import pytest

from superzol_schema.bootstrap import ROLES

UNCOMMENTED = """
SELECT pg_class.relname || coalesce('.' || attname, '')
FROM pg_class
LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
    AND NOT attisdropped AND relkind IN ('r', 'p')
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
  AND (obj_description(pg_class.oid, 'pg_class') IS NULL
       OR attnum IS NOT NULL AND col_description(pg_class.oid, attnum) IS NULL)
"""
WITHOUT_RIGHTS = """
SELECT role FROM unnest($1::text[]) AS role
WHERE NOT EXISTS (
    SELECT FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND has_table_privilege(role, oid, 'SELECT'))
"""
TABLES = """
SELECT array_agg(relname::text ORDER BY relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""


async def test_every_table_and_column_has_a_comment(connection: asyncpg.Connection) -> None:
    assert [row[0] for row in await connection.fetch(UNCOMMENTED)] == []


async def test_every_role_has_rights_on_the_data(connection: asyncpg.Connection) -> None:
    assert [row[0] for row in await connection.fetch(WITHOUT_RIGHTS, ROLES)] == []


async def test_reader_selects_and_does_nothing_else(connection: asyncpg.Connection) -> None:
    tables = await connection.fetchval(TABLES)
    await connection.execute("SET ROLE superzol_reader")
    for table in tables:
        await connection.fetch(f"SELECT * FROM {table}")
        for write in (f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(write)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("SELECT ensure_price_span_partition(1)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE intruder (value int)")


async def test_loader_writes_rows_and_makes_no_tables(connection: asyncpg.Connection) -> None:
    await connection.execute("SET ROLE superzol_loader")
    await connection.execute("INSERT INTO dataset (dataset_id, name) VALUES ('one', 'One')")
    await connection.execute("UPDATE dataset SET generation = generation + 1")
    await connection.execute("DELETE FROM dataset")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE intruder (value int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DELETE FROM alembic_version")


@pytest.mark.parametrize("version", [1, 31, 32, 32766])
async def test_loader_makes_the_partition_a_version_closes_in(
    connection: asyncpg.Connection, version: int
) -> None:
    await connection.execute("SET ROLE superzol_loader")
    for _ in range(2):
        await connection.execute(f"SELECT ensure_price_span_partition({version})")
    await connection.execute(
        "INSERT INTO price_span (product_key, price, chain_key, store_key, valid_from, valid_to) "
        f"VALUES (1, 100, 1, 1, 0, {version})"
    )
    assert await connection.fetchval("SELECT valid_to FROM price_span") == version


async def test_search_text_forgets_quotes_case_and_final_letters(
    connection: asyncpg.Connection,
) -> None:
    spelling = await connection.fetchval(
        "SELECT search_text($1)", "  מי עדן 1.5 ליטר ×6 ג'וס Soda "
    )
    assert spelling == "מי עדנ 1.5 ליטר 6 גוס soda"


@pytest.mark.parametrize(
    ("words", "spelling"),
    [
        ("שָׁלוֹם", "שלומ"),
        ("תל־אביב", "תל אביב"),
        ("\u200fחלב\u200f 3%", "חלב 3%"),
        ("צ′יפס ש‚ל צʼ צ´ ס״מ ס''מ", "ציפס של צ צ סמ סמ"),
        ("Ｃｏｌａ １½", "cola 11 2"),
        ("a ' b", "a b"),
        ("a  b", "a b"),
        (" a", "a"),
        ("'a b'", "a b"),
        ("שׁמן", "שמנ"),
        ("קוטג' 5%תנובה 250ג'", "קוטג 5% תנובה 250ג"),
        ("חלב %3 בקרטון", "חלב 3% בקרטונ"),
        ("יוגורט %1.5", "יוגורט 1.5%"),
        ("100 % כותנה", "100 % כותנה"),
    ],
)
async def test_search_text_forgets_points_and_what_is_not_seen(
    connection: asyncpg.Connection, words: str, spelling: str
) -> None:
    assert await connection.fetchval("SELECT search_text($1)", words) == spelling
