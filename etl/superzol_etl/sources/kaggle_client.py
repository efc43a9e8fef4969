"""The Kaggle client, made fit for a pod: it waits for nobody for ever and writes where it may.

Read in kaggle 2.2.4: importing the client logs in over the network without a timeout, prints its
help, and makes a folder in the home of the user; its requests have no timeout either.
"""

import contextlib
import io
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superzol_etl.certificates import CA_OF_SOURCES
from superzol_etl.environment import SourceSettings

if TYPE_CHECKING:
    from kaggle.api.kaggle_api_extended import KaggleApi

NOWHERE = "nowhere://import"  # requests knows no such scheme: the login at the import ends at once
CONFIG_FOLDER = "KAGGLE_CONFIG_DIR"


def open_client(endpoint: str, settings: SourceSettings) -> "KaggleApi":
    """A client with the credentials that are there, or with none: public datasets need none.

    Credentials are found as Kaggle documents it: KAGGLE_API_TOKEN (the token or a file with it),
    KAGGLE_USERNAME and KAGGLE_KEY, or kaggle.json in KAGGLE_CONFIG_DIR or at home.
    """
    with _config_folder():
        return _log_in(endpoint, settings)


def _log_in(endpoint: str, settings: SourceSettings) -> "KaggleApi":
    from kagglesdk import kaggle_env

    endpoints = kaggle_env._env_to_endpoint
    endpoints[kaggle_env.KaggleEnv.PROD] = NOWHERE
    with contextlib.redirect_stdout(io.StringIO()):
        from kaggle.api.kaggle_api_extended import KaggleApi
    endpoints[kaggle_env.KaggleEnv.PROD] = endpoint

    class PatientApi(KaggleApi):  # type: ignore[misc, unused-ignore]  # the package has no types
        """Gives every request a timeout."""

        def build_kaggle_client(self) -> Any:
            client = super().build_kaggle_client()
            http = client.http_client()
            http._init_session()
            for scheme in ("https://", "http://"):
                http._session.mount(scheme, _timed_adapter(settings))
            return client

    api = PatientApi()
    # Without credentials it prints a help and ends the program.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        api.authenticate()
    return api


def _timed_adapter(settings: SourceSettings) -> Any:
    from requests.adapters import HTTPAdapter

    class TimedAdapter(HTTPAdapter):
        """Waits so long for a connection and for each answer, unless told otherwise.

        What drips is no silence to requests: the connection of a request is cut after the time of a
        stretch, which all answers but files, that others bring, are shorter than.
        """

        ends: list[threading.Timer]

        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            self.ends = []
            super().init_poolmanager(*args, **options)
            _make_mortal(self.poolmanager, settings.pace_seconds, self.ends)

        def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
            is_new = proxy not in self.proxy_manager  # it is asked for at each request
            manager = super().proxy_manager_for(proxy, **options)
            if is_new:
                _make_mortal(manager, settings.pace_seconds, self.ends)
            return manager

        def send(self, request: Any, *args: Any, **options: Any) -> Any:
            if options.get("timeout") is None:
                options["timeout"] = settings.timeout_seconds
            _spare(self.ends)  # of the request before: its body was read when its send was over
            # As every other source reads it; requests knows variables of its own only.
            options["verify"] = os.environ.get(CA_OF_SOURCES) or options.get("verify", True)
            return super().send(request, *args, **options)

        def close(self) -> None:
            super().close()
            _spare(self.ends)

    return TimedAdapter()


def _make_mortal(manager: Any, seconds: float, ends: list[threading.Timer]) -> None:
    """Has the connection of a request cut that goes on for so long; ends: what cuts them.

    So is one that is not made by then: a proxy may drip before there is a request.
    """

    def mortal(kind: type[Any]) -> type[Any]:
        def connect(self: Any) -> None:
            end = _end_after(seconds, lambda: self.sock)
            try:
                kind.connect(self)
            finally:
                end.cancel()

        def request(self: Any, *args: Any, **options: Any) -> None:
            kind.request(self, *args, **options)
            line = self.sock
            ends.append(_end_after(seconds, lambda: line))

        return type(kind.__name__, (kind,), {"connect": connect, "request": request})

    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": mortal(pool.ConnectionCls)})
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _spare(ends: list[threading.Timer]) -> None:
    while ends:
        ends.pop().cancel()


def _end_after(seconds: float, line: Callable[[], socket.socket | None]) -> threading.Timer:
    end = threading.Timer(seconds, lambda: _cut(line()))
    end.daemon = True
    end.start()
    return end


def _cut(line: socket.socket | None) -> None:
    if line is None:  # as long as none is open, its time-out is enough
        return
    with contextlib.suppress(OSError):  # it was closed long ago
        socket.socket.shutdown(line, socket.SHUT_RDWR)  # of TLS too: a reader wakes up


@contextlib.contextmanager
def _config_folder() -> Iterator[None]:
    """Names a folder that the client may make: its import fails on a read-only home."""
    if os.environ.get(CONFIG_FOLDER) or _may_write_home():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="kaggle-") as folder:
        os.environ[CONFIG_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[CONFIG_FOLDER]


def _may_write_home() -> bool:
    home = Path(os.path.expanduser("~"))
    own = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "kaggle"
    try:
        ((home / ".kaggle") if (home / ".kaggle").is_dir() else own).mkdir(
            parents=True, exist_ok=True
        )
    except OSError:
        return False
    return True
