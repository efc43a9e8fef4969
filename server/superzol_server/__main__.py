"""Command line of the server."""

import asyncio
import logging
import ssl
import sys
from typing import Annotated

import asyncpg
import typer
from pydantic import ValidationError

from superzol_server.database_url import MissingFileError
from superzol_server.listening import PortError
from superzol_server.serving import is_passing, serve
from superzol_server.settings import Settings
from superzol_telemetry import configure_logging

USAGE, UNFORESEEN, UNREACHABLE, REFUSED, CONFIGURATION = 64, 70, 75, 77, 78
BAD_URL = (
    "--database is not a valid URL: write it as "
    "postgresql://user:password@host:5432/name, with %2F for / in a password and so on"
)
UNTRUSTED = (
    "PostgreSQL shows a certificate that is not trusted ({why}): name the file with the certificate"
    " of its CA as sslrootcert in --database, or correct the host"
)
# What is missing where there is no schema, or one older than the server.
LACKING = (
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidParameterValueError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,
)

log = logging.getLogger(__name__)

app = typer.Typer(
    help="Answers questions about supermarket prices over gRPC.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # its tables cut names off, and break what a log keeps of an error
    pretty_exceptions_enable=False,
)

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="URL of the database; DATABASE_URL when left out."),
]
HostOption = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[int | None, typer.Option("--port", help="TCP port; 0 takes a free one.")]
HttpPortOption = Annotated[
    int | None, typer.Option("--http-port", help="Of probes and metrics; 0 takes a free one.")
]


def describe_settings() -> str:
    """Returns a line for each setting of the environment, with its default."""
    prefix = Settings.model_config["env_prefix"]
    lines = [
        f"{prefix}{name.upper()} ({'required' if field.is_required() else field.default}): "
        f"{field.description}"
        for name, field in Settings.model_fields.items()
    ]
    return "\n\n".join(["Settings of the environment:", *lines])


@app.callback()
def commands() -> None:
    """Answers questions about supermarket prices over gRPC."""


@app.command("serve", epilog=describe_settings())
def serve_command(
    database: DatabaseOption = None,
    host: HostOption = None,
    port: PortOption = None,
    http_port: HttpPortOption = None,
) -> None:
    """Serves until SIGTERM or Ctrl-C, then lets the calls under way end.

    Examples:

    superzol-server serve --database postgresql://reader@localhost/superzol

    DATABASE_URL=postgresql://reader@db/superzol superzol-server serve --port 0 --http-port 0

    Exit codes: 0 stopped, 64 usage, 70 unforeseen, 75 database not reachable, 77 not allowed,
    78 configuration.
    """
    try:
        settings = read_settings(database=database, host=host, port=port, http_port=http_port)
        configure_logging(settings.log_level)
        asyncio.run(serve(settings))
    except Exception as error:
        code, sentence = explain(error)
        if code == UNFORESEEN:
            log.error("unforeseen", exc_info=error)
        typer.echo(f"superzol-server: {sentence}", err=True)
        raise typer.Exit(code) from error


def read_settings(**options: str | int | None) -> Settings:
    """Reads the environment; options that were given come first."""
    return Settings(**{name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks them


def explain(error: Exception) -> tuple[int, str]:
    """Returns the exit code for an error and a sentence that says what to do."""
    match error:
        case ValidationError():
            fault = error.errors(include_input=False)[0]
            name = "_".join(str(part) for part in fault["loc"])
            if fault["type"] == "missing":
                return USAGE, "which database? Give --database or set DATABASE_URL"
            return USAGE, f"{name}: {fault['msg']}; see superzol-server serve --help"
        case MissingFileError():
            return CONFIGURATION, str(error)
        case asyncpg.InvalidAuthorizationSpecificationError():
            return REFUSED, f"{error}: check user and password in --database"
        case asyncpg.InsufficientPrivilegeError():
            return REFUSED, f"{error}: GRANT superzol_reader TO the user in --database"
        case _ if isinstance(error, LACKING):
            return CONFIGURATION, (
                f"{error}: create the schema, or bring it up to date, by superzol-schema upgrade, "
                "or check the URL"
            )
        case PortError():
            return REFUSED if error.is_refused else CONFIGURATION, str(error)
        case asyncpg.UndefinedObjectError():
            # The driver sends on what it does not know itself, such as connect_timeout.
            return CONFIGURATION, f"{error}: take it out of the URL in --database"
        case ssl.SSLCertVerificationError():
            return CONFIGURATION, UNTRUSTED.format(why=error.verify_message)
        case _ if is_passing(error):
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
        app(prog_name="superzol-server")
    except SystemExit as ended:
        sys.exit(USAGE if ended.code == 2 else ended.code)


if __name__ == "__main__":
    main()
