"""The schema comes up from nothing, once, for whoever may create it."""

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from superzol_schema import migration, upgrade
from superzol_schema.bootstrap import ROLES, UnsuitableDatabaseError
from superzol_schema.migration import REVISIONS
from tests.support.postgres import CREATE_DATABASE, execute, running_server, sibling, signed_in
from tests.support.untrusted import untrusted_postgres

FILES = sorted(path.stem for path in REVISIONS.glob("*.sql"))
SNAPSHOT = """
SELECT string_agg(line, E'\n' ORDER BY line) FROM (
    SELECT format('%s %s %s', attrelid::regclass, attname, atttypid::regtype) AS line
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL
    SELECT format('%s %s %s', oid::regclass, relacl, relowner::regrole) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace) AS lines
"""

WAITING = """
SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'product'::regclass
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "superzol_schema", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, env={"LC_ALL": "C"})


async def read(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_upgrade_from_nothing_applies_every_revision_in_order(blank: str) -> None:
    assert await upgrade(blank) == FILES
    assert await read(blank, "SELECT version_num FROM alembic_version") == FILES[-1][:4]


async def test_repeated_upgrade_changes_nothing(blank: str) -> None:
    await upgrade(blank)
    before = await read(blank, SNAPSHOT)
    assert await upgrade(blank) == []
    assert await read(blank, SNAPSHOT) == before


async def test_failed_revision_leaves_no_trace(blank: str) -> None:
    await execute(blank, "CREATE TABLE price_span (occupied bool)")
    with pytest.raises(asyncpg.DuplicateTableError):
        await upgrade(blank)
    assert await read(blank, "SELECT to_regclass('offer_pack')") is None
    assert await read(blank, "SELECT version_num FROM alembic_version") == "0001"


async def test_concurrent_upgrades_apply_each_revision_once(blank: str) -> None:
    applied = await asyncio.gather(*(upgrade(blank) for _ in range(4)))
    assert sorted(applied) == [[], [], [], FILES]


@pytest.fixture
def new_server() -> Iterator[str]:
    with running_server() as url:
        yield url


async def test_a_revision_that_waits_for_a_table_lets_readers_through(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revisions = shutil.copytree(REVISIONS, tmp_path / "revisions")
    (revisions / "9998_note.sql").write_text("ALTER TABLE store ADD COLUMN width int4")
    (revisions / "9999_widen.sql").write_text("ALTER TABLE product ADD COLUMN width int4")
    monkeypatch.setattr(migration, "REVISIONS", revisions)
    monkeypatch.setattr(migration, "LOCK_SECONDS", 0.5)
    monkeypatch.setattr(migration, "PAUSE_SECONDS", 0.1)
    holder = await asyncpg.connect(database)
    await holder.execute("BEGIN; SELECT FROM product")
    upgrading = asyncio.create_task(upgrade(database))
    while not await holder.fetchval(WAITING):
        assert not upgrading.done()
        await asyncio.sleep(0.02)
    for _ in range(3):
        async with asyncio.timeout(60):
            assert await read(database, "SELECT count(*) FROM product") == 0
    assert not upgrading.done()
    await holder.execute("COMMIT")
    assert await upgrading == ["9998_note", "9999_widen"]
    await holder.close()


async def test_upgrade_creates_the_roles_for_an_owner_who_is_no_superuser(new_server: str) -> None:
    await execute(
        new_server,
        "CREATE ROLE landlord LOGIN CREATEROLE",
        CREATE_DATABASE.format(name="superzol") + " OWNER landlord",
    )
    url = signed_in(sibling(new_server, "superzol"), "landlord")
    assert await upgrade(url) == FILES
    assert await upgrade(url) == []
    assert await read(url, "SELECT current_user") == "landlord"
    roles = "SELECT array_agg(rolname::text) FROM pg_roles WHERE rolname LIKE 'superzol%'"
    assert set(await read(url, roles)) == set(ROLES)
    for role in ROLES:
        await execute(url, f"SET ROLE {role}")


async def test_two_databases_of_a_new_server_are_upgraded_at_once(new_server: str) -> None:
    names = ["first", "second", "third"]
    for name in names:
        await execute(new_server, CREATE_DATABASE.format(name=name))
    applied = await asyncio.gather(*(upgrade(sibling(new_server, name)) for name in names))
    assert applied == [FILES, FILES, FILES]


async def test_database_without_hebrew_trigrams_is_refused(server_url: str) -> None:
    name = f"superzol_ascii_{id(object())}"
    await execute(server_url, CREATE_DATABASE.format(name=name).replace("C.UTF-8", "C"))
    with pytest.raises(UnsuitableDatabaseError, match="CREATE DATABASE superzol"):
        await upgrade(sibling(server_url, name))
    left = await read(sibling(server_url, name), "SELECT count(*) FROM pg_extension")
    await execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")
    assert left == 1


def test_revision_files_are_numbered_and_named_by_what_they_do() -> None:
    assert [name[:4] for name in FILES] == [f"{number:04}" for number in range(1, len(FILES) + 1)]
    assert all(re.fullmatch(r"\d{4}(_[a-z]+){2,}", name) for name in FILES)


def test_command_says_what_it_applied(blank: str) -> None:
    done = run_command("upgrade", "--database", blank)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        *(f"applied {name}" for name in FILES),
        "the schema is up to date",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "advice"),
    [
        (["upgrade"], 64, "--database"),
        (["downgrade"], 64, "downgrade"),
        (["upgrade", "--database", "postgresql://nobody@127.0.0.1:1/none"], 75, "is it running"),
        (["upgrade", "--database", "mysql://localhost/none"], 78, "postgresql://"),
        (["upgrade", "--database", "postgresql://u@localhost:99999/x"], 78, "postgresql://"),
        (["upgrade", "--database", "postgresql://h/x?sslrootcert=/no/ca"], 78, "/no/ca, sslroot"),
    ],
)
def test_command_fails_with_a_code_and_advice(arguments: list[str], code: int, advice: str) -> None:
    failed = run_command(*arguments)
    assert failed.returncode == code
    assert advice in failed.stderr
    assert "Traceback" not in failed.stderr


def test_database_that_does_not_exist_is_a_fault_of_configuration(server_url: str) -> None:
    failed = run_command("upgrade", "--database", sibling(server_url, "no_such_database"))
    assert failed.returncode == 78
    assert "create it first" in failed.stderr


def test_option_of_the_url_that_nobody_knows_is_a_fault_of_configuration(blank: str) -> None:
    option = ("&" if "?" in blank else "?") + "connect_timeout=10"
    failed = run_command("upgrade", "--database", blank + option)
    assert failed.returncode == 78
    assert 'parameter "connect_timeout": take it out' in failed.stderr


async def test_a_certificate_that_is_not_trusted_is_a_fault_of_configuration() -> None:
    async with untrusted_postgres("server.pem") as url:
        failed = await asyncio.to_thread(run_command, "upgrade", "--database", url)
    assert failed.returncode == 78
    assert "a certificate that is not trusted" in failed.stderr
    assert "as sslrootcert in --database" in failed.stderr


def test_user_who_may_not_create_roles_is_refused(server_url: str, blank: str) -> None:
    login = f"weak_{id(object())}"
    asyncio.run(execute(server_url, f"CREATE ROLE {login} LOGIN PASSWORD 'test'"))
    failed = run_command("upgrade", "--database", signed_in(blank, login))
    asyncio.run(execute(server_url, f"DROP ROLE {login}"))
    assert failed.returncode == 77
    assert "CREATEROLE" in failed.stderr


async def test_database_of_a_later_release_is_left_alone(database: str) -> None:
    await execute(database, "UPDATE alembic_version SET version_num = '9999'")
    failed = await asyncio.to_thread(run_command, "upgrade", "--database", database)
    assert failed.returncode == 78
    assert "revision 9999, which this release does not know" in failed.stderr
    assert "Traceback" not in failed.stderr


async def test_what_nobody_foresaw_exits_70_with_its_traceback(database: str) -> None:
    await execute(database, "ALTER TABLE alembic_version DROP COLUMN version_num")
    failed = await asyncio.to_thread(run_command, "upgrade", "--database", database)
    assert failed.returncode == 70
    assert "Traceback" in failed.stderr
    assert "superzol-schema: unforeseen: " in failed.stderr


def test_help_shows_an_example() -> None:
    shown = run_command("upgrade", "--help")
    assert shown.returncode == 0
    assert "Example: superzol-schema upgrade" in shown.stdout


def test_each_revision_has_a_number_of_its_own() -> None:
    numbers = [name[:4] for name in FILES]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
