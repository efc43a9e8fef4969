"""Command line of the schema: creates it and keeps it up to date."""

import asyncio
import ssl
import sys
import traceback
from typing import Annotated

import asyncpg
import typer
from alembic.script.revision import ResolutionError
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from superzol_schema.bootstrap import UnsuitableDatabaseError
from superzol_schema.database_url import MissingFileError
from superzol_schema.migration import upgrade

USAGE, UNFORESEEN, UNREACHABLE, REFUSED, CONFIGURATION = 64, 70, 75, 77, 78
BAD_URL = (
    "--database is not a valid URL: write it as postgresql://user:password@host:5432/name,"
    " with %2F for / in a password and so on"
)
UNTRUSTED = (
    "PostgreSQL shows a certificate that is not trusted ({why}): name the file with the certificate"
    " of its CA as sslrootcert in --database, or correct the host"
)

app = typer.Typer(
    help="Creates the tables, functions and roles of Superzol, and keeps them up to date.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # its tables cut names off, and break what a log keeps of an error
    pretty_exceptions_enable=False,
)

Database = Annotated[
    str,
    typer.Option(
        envvar="DATABASE_URL",
        help="URL of the database, such as postgresql://user:password@host:5432/superzol.",
        show_default=False,
    ),
]


@app.callback()
def commands() -> None:
    """Creates the tables, functions and roles of Superzol, and keeps them up to date."""


@app.command("upgrade")
def upgrade_command(database: Database) -> None:
    """Applies the revisions that the database lacks.

    Example: superzol-schema upgrade --database postgresql://postgres@localhost/superzol

    Repeated, it changes nothing.

    Exit codes: 0 done, 64 usage, 70 unforeseen, 75 not reachable or in use, 77 not allowed,
    78 configuration.
    """
    set_on_retry_hooks([_tell_of_waiting])
    try:
        applied = asyncio.run(upgrade(database))
    except Exception as error:
        code, sentence = explain(error)
        if code == UNFORESEEN:
            traceback.print_exception(error)
        typer.echo(f"superzol-schema: {sentence}", err=True)
        raise typer.Exit(code) from error
    for revision in applied:
        typer.echo(f"applied {revision}")
    typer.echo("the schema is up to date")


def _tell_of_waiting(details: RetryDetails) -> None:
    typer.echo(
        f"superzol-schema: {details.caused_by}: a table is in use, so others are let through first",
        err=True,
    )


def explain(error: Exception) -> tuple[int, str]:
    """Returns the exit code for an error and a sentence that says what to do."""
    match error:
        case UnsuitableDatabaseError() | MissingFileError():
            return CONFIGURATION, str(error)
        case ResolutionError():
            return CONFIGURATION, (
                f"the database has revision {error.argument}, which this release does not know: it"
                " is that of a later one, whose superzol-schema upgrades it"
            )
        case asyncpg.InvalidCatalogNameError():
            return CONFIGURATION, f"{error}: create it first, or check the name in --database"
        case asyncpg.UndefinedObjectError() if "configuration parameter" in str(error):
            # The driver sends on what it does not know itself, such as connect_timeout.
            return CONFIGURATION, f"{error}: take it out of the URL in --database"
        case asyncpg.InvalidAuthorizationSpecificationError():
            return REFUSED, f"{error}: check user and password in --database"
        case asyncpg.InsufficientPrivilegeError():
            return REFUSED, (
                f"{error}: connect as the owner of the database, with the right CREATEROLE, or as "
                "one who may SET ROLE superzol_owner"
            )
        case ssl.SSLCertVerificationError():
            return CONFIGURATION, UNTRUSTED.format(why=error.verify_message)
        case asyncpg.LockNotAvailableError():
            return UNREACHABLE, f"{error}: pg_stat_activity shows who uses the table; run again"
        case (
            OSError()
            | asyncpg.PostgresConnectionError()
            | asyncpg.OperatorInterventionError()
            | asyncpg.TooManyConnectionsError()
        ):
            return UNREACHABLE, (
                f"the database cannot be reached ({error or type(error).__name__}): is it running, "
                "and are host and port in --database right?"
            )
        case ValueError() | asyncpg.InterfaceError():
            # The driver quotes what it cannot read, and that may be the password.
            return CONFIGURATION, BAD_URL
    return UNFORESEEN, f"unforeseen: {type(error).__name__}: {error}"


def main() -> None:
    """Runs the command line; wrong usage exits 64, not the 2 of typer."""
    try:
        app(prog_name="superzol-schema")
    except SystemExit as ended:
        sys.exit(USAGE if ended.code == 2 else ended.code)


if __name__ == "__main__":
    main()
