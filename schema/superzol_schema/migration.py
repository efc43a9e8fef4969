"""Runs the revisions: plain SQL files, in the order of their numbers, by Alembic."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import ModuleType

import asyncpg
import stamina
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script.base import Script
from alembic.script.revision import RevisionMap
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from superzol_schema.bootstrap import OWNER, prepare
from superzol_schema.database_url import check_url

REVISIONS = Path(__file__).parent / "revisions"
CONNECT_SECONDS = 10
# Whoever comes after a revision that waits for a table waits too: so it gives way, and comes again.
LOCK_SECONDS = 2.0
PAUSE_SECONDS = 5.0
PATIENCE_SECONDS = 300.0
LOCK = "SELECT pg_advisory_lock(hashtextextended('superzol_schema', 0))"


async def upgrade(url: str) -> list[str]:
    """Brings the database to the newest revision and returns the names of the revisions applied.

    Upgrades of one database wait for one another.
    Raises UnsuitableDatabaseError, MissingFileError, ValueError for a URL that is none, or the
    driver's errors.
    """
    check_url(url)
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        # Held until this connection closes, which is after the revisions are committed.
        await connection.execute(LOCK)
        await prepare(connection)
        return await run_revisions(url)
    finally:
        await connection.close()


async def run_revisions(url: str) -> list[str]:
    """Applies the missing revisions as the owner, each in its own transaction.

    Raises LockNotAvailableError when a table stays in use for PATIENCE_SECONDS.
    """
    applied: dict[str, None] = {}
    async for attempt in stamina.retry_context(
        on=asyncpg.LockNotAvailableError,
        attempts=None,
        timeout=PATIENCE_SECONDS,
        wait_initial=PAUSE_SECONDS,
        wait_max=PAUSE_SECONDS,
    ):
        with attempt:
            await _run_once(url, applied)
    return list(applied)


async def _run_once(url: str, applied: dict[str, None]) -> None:
    settings = {"role": OWNER, "lock_timeout": f"{LOCK_SECONDS}s"}
    # The driver reads the URL itself: SQLAlchemy does not know all the forms it accepts.
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(
            asyncpg.connect, url, timeout=CONNECT_SECONDS, server_settings=settings
        ),
        poolclass=NullPool,
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(apply_missing, applied)
    finally:
        await engine.dispose()


def apply_missing(connection: Connection, applied: dict[str, None]) -> None:
    """Applies the revisions that the database has not seen, and notes their names."""
    revisions = RevisionMap(partial(read_revisions, connection))

    def plan(heads: Iterable[str], context: MigrationContext) -> list[RevisionStep]:
        missing = list(revisions.iterate_revisions("heads", tuple(heads), implicit_base=True))
        scripts = [script for script in reversed(missing) if isinstance(script, Script)]
        applied.update(dict.fromkeys(Path(script.path).stem for script in scripts))
        return [RevisionStep(revisions, script, is_upgrade=True) for script in scripts]

    context = MigrationContext.configure(
        connection, opts={"fn": plan, "transaction_per_migration": True}
    )
    context.run_migrations()
    connection.commit()


def read_revisions(connection: Connection) -> list[Script]:
    """Makes Alembic scripts of the SQL files, each following the one before it."""
    scripts: list[Script] = []
    for path in sorted(REVISIONS.glob("*.sql")):
        module = ModuleType(path.stem, path.stem.replace("_", " "))
        module.revision = path.stem[:4]  # type: ignore[attr-defined]  # the form Alembic asks for
        module.down_revision = scripts[-1].revision if scripts else None  # type: ignore[attr-defined]
        module.upgrade = partial(execute, connection, path)  # type: ignore[attr-defined]
        scripts.append(Script(module, path.stem[:4], path))
    return scripts


def execute(connection: Connection, path: Path) -> None:
    """Runs one file, which holds many statements."""
    statements = path.read_text(encoding="utf-8")
    # The transaction is SQLAlchemy's: the driver must not run the file outside it.
    connection.exec_driver_sql("SELECT 1")
    adapter = connection.connection.dbapi_connection
    assert adapter is not None
    adapter.run_async(lambda driver: driver.execute(statements))
