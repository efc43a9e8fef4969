"""The embedded PostgreSQL: its data folder, its process and the database in it."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import warnings
from pathlib import Path
from urllib.parse import quote

import asyncpg

from superzol_local import programs
from superzol_local.errors import LocalError
from superzol_local.programs import Command, Program, User

DATABASE = "superzol"
ACCOUNT = "embedded_postgres"
# The first that the system knows: macOS has no C.UTF-8. With plain C, Hebrew has no trigrams.
CTYPES = ("C.UTF-8", "en_US.UTF-8", "UTF-8")
CREATE_DATABASE = (
    "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE '{ctype}'"
)
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "synchronous_commit": "off",
    "max_connections": "40",
}
SOCKET_PATH_BYTES = 90
START_SECONDS = 60.0
STOP_SECONDS = 30.0


class Postgres:
    """One server over one data folder; start once, stop once."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self._data = folder / "postgres"
        self._logs = logs
        self._user = _unprivileged_user(self._data)
        self._binaries = _binaries()
        self._sockets = self._data
        self.program: Program | None = None

    @property
    def has_ended(self) -> bool:
        """The server was started and ended by itself."""
        return self.program is not None and self.program.process.returncode is not None

    def url(self, database: str) -> str:
        """Returns the URL of a database of this server, over its socket."""
        return f"postgresql://postgres@/{database}?host={quote(str(self._sockets))}"

    async def start(self, anew: bool) -> str:
        """Starts the server, after a crash as well, and returns the URL of the database.

        anew: throws the old data away first.
        """
        self._open_path()
        await self._finish_leftover()
        if anew:
            shutil.rmtree(self._data, ignore_errors=True)
        if not self._data.exists():
            await self._create()
        self._choose_socket_folder()
        settings = SETTINGS | {"unix_socket_directories": str(self._sockets)}
        options = [word for pair in settings.items() for word in ("-c", "=".join(pair))]
        self.program = await programs.start(
            self._command("postgres", "-D", str(self._data), *options), self._logs
        )
        connection = await self._connect(self.program)
        try:
            await self._ensure_database(connection)
        finally:
            await connection.close()
        return self.url(DATABASE)

    async def stop(self) -> None:
        """Stops the server by a fast shutdown: sessions end, everything is on disk."""
        if self.program is not None:
            await programs.stop(self.program, signal.SIGINT, STOP_SECONDS)
        if self._sockets != self._data:
            shutil.rmtree(self._sockets, ignore_errors=True)

    async def _create(self) -> None:
        """Runs initdb beside the data folder: a half-made one is never taken for a whole one."""
        for half_made in self._data.parent.glob("postgres.new.*"):
            shutil.rmtree(half_made)
        fresh = Path(tempfile.mkdtemp(prefix="postgres.new.", dir=self._data.parent))
        self._give_away(fresh)
        arguments = ["-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        await programs.run(
            self._command("initdb", *arguments, "--locale=C", "--no-sync"), self._logs
        )
        fresh.rename(self._data)

    async def _finish_leftover(self) -> None:
        """Ends a server that outlived its `superzol up`, and drops a stale pid file."""
        pid_file = self._data / "postmaster.pid"
        for ending in (signal.SIGINT, signal.SIGQUIT):
            process_id = _read_process_id(pid_file)
            if process_id is None or not _is_postgres(process_id, self._data):
                pid_file.unlink(missing_ok=True)
                return
            # It may have ended by itself just now: its end was asked for when its parent died.
            with contextlib.suppress(TimeoutError, ProcessLookupError):
                os.kill(process_id, ending)
                async with asyncio.timeout(STOP_SECONDS):
                    while pid_file.exists() and _is_postgres(process_id, self._data):
                        await asyncio.sleep(0.05)
        if pid_file.exists():
            raise LocalError(f"PostgreSQL is still running in {self._data}: stop it first")

    async def _connect(self, program: Program) -> asyncpg.Connection:
        async with asyncio.timeout(START_SECONDS):
            while program.process.returncode is None:
                try:
                    return await asyncpg.connect(self.url("postgres"))
                except (OSError, asyncpg.CannotConnectNowError):
                    await asyncio.sleep(0.05)
        raise program.failure()

    async def _ensure_database(self, connection: asyncpg.Connection) -> None:
        found = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
        if await connection.fetchval(found, DATABASE):
            return
        for ctype in CTYPES:
            try:
                await connection.execute(CREATE_DATABASE.format(name=DATABASE, ctype=ctype))
            except asyncpg.WrongObjectTypeError:
                continue
            return
        raise LocalError(f"this system has none of the locales {', '.join(CTYPES)}")

    def _command(self, program: str, *arguments: str) -> Command:
        """Returns a command of PostgreSQL; whatever LANG is here, its programs see C."""
        words = [str(self._binaries / program), *arguments]
        return Command(program, words, {"LC_ALL": "C"}, signal.SIGINT, self._user)

    def _choose_socket_folder(self) -> None:
        """Puts the socket into the data folder, or where the path is one that a socket can have.

        PostgreSQL and its drivers take a comma for the end of a path, of which they know several.
        """
        self._sockets = self._data
        path = str(self._data)
        if len(path.encode()) > SOCKET_PATH_BYTES or "," in path:
            self._sockets = Path(tempfile.mkdtemp(prefix="superzol-"))
            self._give_away(self._sockets)

    def _give_away(self, folder: Path) -> None:
        if self._user:
            os.chown(folder, self._user.user_id, self._user.group_id)

    def _open_path(self) -> None:
        """Lets the other account pass through the folders above its files, but not look around."""
        if not self._user:
            return
        for folder in {*self._data.parents, *self._binaries.parents}:
            mode = stat.S_IMODE(folder.stat().st_mode)
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)
        if not (self._binaries / "postgres").stat().st_mode & stat.S_IXOTH:
            self._open_programs()

    def _open_programs(self) -> None:
        """Gives everybody the owner's right to read and run them: a strict umask took it away."""
        package = self._binaries.parent
        for tree in (package, package.parent.parent / "embedded_postgres.libs"):
            for path in (tree, *tree.rglob("*")):
                mode = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode | (mode & (stat.S_IRUSR | stat.S_IXUSR)) >> 6)


def _unprivileged_user(data: Path) -> User | None:
    """Returns the account PostgreSQL runs as when this process is root, which it refuses to be."""
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        return User(owner.st_uid, owner.st_gid)
    try:
        account = pwd.getpwnam(ACCOUNT)
    except KeyError:
        subprocess.run(["useradd", "--system", ACCOUNT], check=True, capture_output=True)
        account = pwd.getpwnam(ACCOUNT)
    return User(account.pw_uid, account.pw_gid)


def _binaries() -> Path:
    with warnings.catch_warnings():
        # It says where its lock file goes when XDG_RUNTIME_DIR is unset.
        warnings.simplefilter("ignore")
        from embedded_postgres._commands import POSTGRES_BIN_PATH
    return POSTGRES_BIN_PATH


def _read_process_id(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().splitlines()[0])
    except (OSError, IndexError, ValueError):
        return None


def _is_postgres(process_id: int, data: Path) -> bool:
    """Says whether a process runs and, where the system tells, that it is the one of this data."""
    try:
        os.kill(process_id, 0)
        return str(data).encode() in Path(f"/proc/{process_id}/cmdline").read_bytes()
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self").exists()
