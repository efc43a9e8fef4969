"""A server that says its first words byte by byte is not waited for until the end of time."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.fetching import Fetcher

TLS = b"\x16\x03\x03\x40\x00"  # a record of a handshake, 16 KiB long
CONNECT = b"HTTP/1.1 200 OK\r\nX-Slow: "
SOURCES = {
    "https": ("{url}/day/", {}),
    "api": ("api:{url}", {"SUPERZOL_SOURCE_KEY": "a"}),
    "s3": ("s3://bucket/day", {"AWS_ENDPOINT_URL": "{url}", "AWS_SKIP_SIGNATURE": "true"}),
    "kaggle": ("kaggle:a/b", {"SUPERZOL_SOURCE_KAGGLE_URL": "{url}"}),
}
HURRIED = {
    "SUPERZOL_SOURCE_PACE_SECONDS": "0.4",
    "SUPERZOL_SOURCE_TIMEOUT_SECONDS": "1",  # each byte comes long before
    "SUPERZOL_SOURCE_ATTEMPTS": "2",
}


@contextmanager
def dripping(words: bytes) -> Iterator[str]:
    """The address of a server that says so much at once to each who comes, then drips."""
    stopping = threading.Event()

    def drip(line: socket.socket) -> None:
        with line:
            try:
                line.sendall(words)
                while not stopping.wait(0.05):
                    line.sendall(b"1")
            except OSError:
                return  # its client has gone

    def take(listener: socket.socket) -> None:
        while True:
            line, _ = listener.accept()
            if stopping.is_set():
                line.close()
                return
            threading.Thread(target=drip, args=(line,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        taking = threading.Thread(target=take, args=(listener,))
        taking.start()
        place = "{}:{}".format(*listener.getsockname())
        try:
            yield place
        finally:
            stopping.set()
            socket.create_connection(listener.getsockname()).close()
            taking.join()


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("is_behind_a_proxy", [False, True], ids=["tls", "proxy"])
def test_a_handshake_or_a_proxy_that_drips_is_passing_trouble(
    kind: str, is_behind_a_proxy: bool, tmp_path: Path
) -> None:
    with dripping(CONNECT if is_behind_a_proxy else TLS) as place:
        source, settings = SOURCES[kind]
        url = "https://prices.test" if is_behind_a_proxy else f"https://{place}"
        told = {name: value.format(url=url) for name, value in settings.items()}
        proxy = {"https_proxy": f"http://{place}", "no_proxy": ""} if is_behind_a_proxy else {}
        fetcher = Fetcher(source.format(url=url), tmp_path / "volume", told | HURRIED | proxy)
        outcome = fetcher.run()
    assert outcome.exit_code == 75, outcome.stderr
