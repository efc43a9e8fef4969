"""What must stand before the first revision: roles, the trigram extension, rights on the schema."""

import asyncpg

OWNER = "superzol_owner"
ROLES = (OWNER, "superzol_loader", "superzol_reader")

# Roles belong to the whole server: an upgrade of another database may create them at the same time.
CREATE_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$"""

GRANT_ROLE = """
DO $$
BEGIN
    IF NOT pg_has_role(current_user, '{role}', 'SET') THEN
        GRANT {role} TO CURRENT_USER;
    END IF;
EXCEPTION WHEN unique_violation THEN
    NULL;
END $$"""

GRANT_SCHEMA = """
DO $$
BEGIN
    IF NOT has_schema_privilege('{role}', 'public', '{right}') THEN
        GRANT {right} ON SCHEMA public TO {role};
    END IF;
END $$"""

TRIGRAMS = "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public"


class UnsuitableDatabaseError(Exception):
    """The database cannot hold the schema; the message says what to change."""


async def prepare(connection: asyncpg.Connection) -> None:
    """Creates what is missing, all or nothing; repeated, it changes nothing."""
    await check_server(connection)
    async with connection.transaction():
        for role in ROLES:
            await connection.execute(CREATE_ROLE.format(role=role))
            await connection.execute(GRANT_ROLE.format(role=role))
            await connection.execute(GRANT_SCHEMA.format(role=role, right="USAGE"))
        await connection.execute(GRANT_SCHEMA.format(role=OWNER, right="CREATE"))
        await connection.execute(TRIGRAMS)
        await check_letters(connection)


async def check_server(connection: asyncpg.Connection) -> None:
    """Refuses servers and encodings that the revisions do not run on."""
    version = connection.get_server_version()
    if version.major < 16:
        raise UnsuitableDatabaseError(
            f"the server is PostgreSQL {version.major}: use PostgreSQL 16 or later"
        )
    encoding = await connection.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise UnsuitableDatabaseError(f"the database is encoded in {encoding}: {advice()}")


async def check_letters(connection: asyncpg.Connection) -> None:
    """Refuses a database whose ctype does not know Hebrew letters: searching would find nothing."""
    if not await connection.fetchval("SELECT show_trgm('חלב')"):
        raise UnsuitableDatabaseError(f"the database's locale knows no Hebrew letters: {advice()}")


def advice() -> str:
    """Returns how to create a database that will do."""
    return (
        "create another with CREATE DATABASE superzol TEMPLATE template0 ENCODING 'UTF8' "
        "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
    )
