"""A small web server for tests: files with ranges, and every trouble a server can make."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit


class Seen(NamedTuple):
    """A request that came; headers by lower-case name, at_seconds of a clock of no date."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at_seconds: float


class Answer(NamedTuple):
    """What to send; after_bytes: where to stop, and then to cut the line or to fall silent.

    drips: then goes on byte by byte. An empty Content-Length in headers leaves it out.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012  # never changed
    after_bytes: int | None = None
    hangs: bool = False
    drips: bool = False


CERTIFICATES = Path(__file__).with_name("certificates")  # made for tests, good for a hundred years

Route = Callable[[Seen], Answer]
DRIPPING_HEADERS = Answer(drips=True, after_bytes=-1)
SILENCE = Answer(hangs=True, after_bytes=-1)  # not even a status line


@dataclass
class Web:
    """What the server has; troubles wait by path and are made once each, before anything else."""

    files: dict[str, bytes] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    troubles: dict[str, list[Answer]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def trouble(self, path: str, *answers: Answer) -> None:
        """Makes these troubles, one request each, at this path or below it."""
        self.troubles.setdefault(path, []).extend(answers)

    def asked(self, path: str) -> list[Seen]:
        """The requests that came for this path or below it."""
        return [seen for seen in self.seen if seen.path.startswith(path)]

    def answer(self, seen: Seen) -> Answer:
        """What to send to a request."""
        with self.lock:
            self.seen.append(seen)
            for path, waiting in self.troubles.items():
                if waiting and seen.path.startswith(path):
                    trouble = waiting.pop(0)
                    if trouble.status == 200 and not trouble.body and seen.path in self.files:
                        whole = serve_file(seen, self.files[seen.path])
                        return whole._replace(after_bytes=trouble.after_bytes, hangs=trouble.hangs)
                    return trouble
        if seen.path in self.files:
            return serve_file(seen, self.files[seen.path])
        for path, route in self.routes.items():
            if seen.path.startswith(path):
                return route(seen)
        return Answer(404, b'{"code": 404, "message": "no such thing"}', JSON)


JSON = {"Content-Type": "application/json"}
PAGE = Answer(200, b"<!DOCTYPE html><html>are you a robot?</html>", {"Content-Type": "text/html"})


def tag(content: bytes) -> str:
    """The ETag of a content."""
    return f'"{blake2b(content, digest_size=8).hexdigest()}"'


def serve_file(seen: Seen, content: bytes) -> Answer:
    """A file as object stores serve it: ranges, If-Range, ETag."""
    headers = {
        "ETag": tag(content),
        "Accept-Ranges": "bytes",
        "Last-Modified": "Tue, 02 Jun 2026 00:35:11 GMT",
        "Content-Type": "application/octet-stream",
    }
    wanted = seen.headers.get("range", "")
    if not wanted or seen.headers.get("if-range") != tag(content):
        return Answer(200, content, headers)
    begin = int(wanted.removeprefix("bytes=").split("-")[0])
    if begin >= len(content):
        return Answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
    there = {"Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"}
    return Answer(206, content[begin:], headers | there)


class Handler(BaseHTTPRequestHandler):
    """Sends what the web answers."""

    protocol_version = "HTTP/1.1"
    web: Web

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def respond(self) -> None:
        """Answers any request."""
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        seen = Seen(
            self.command,
            unquote(parts.path),
            {name: values[0] for name, values in parse_qs(parts.query).items()},
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
            time.monotonic(),
        )
        answer = self.web.answer(seen)
        if answer.after_bytes == -1:
            if answer.drips:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                self._drip()
            self._stop(answer)
            return
        self.send_response(answer.status)
        for name, value in ({"Content-Length": str(len(answer.body))} | answer.headers).items():
            if value or name != "Content-Length":
                self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(answer.body[: answer.after_bytes])
        if answer.drips:
            self._drip()
        if answer.after_bytes is not None:
            self._stop(answer)

    def _drip(self) -> None:
        while not self.web.stopping.wait(0.05):
            self.wfile.write(b"1")

    def _stop(self, answer: Answer) -> None:
        self.wfile.flush()
        if answer.hangs:
            self.web.stopping.wait(60)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_HEAD = respond  # noqa: N815  # names of http.server


class Server(ThreadingHTTPServer):
    """Silent about clients that went away, as killed ones do."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing."""


def context_of(certificate: Path) -> ssl.SSLContext:
    """What a server needs to show this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, CERTIFICATES / "server.key")
    return context


@contextmanager
def running_web(certificate: Path | None = None) -> Iterator[Web]:
    """A server on a free port, stopped when the block ends; with a certificate it speaks TLS."""
    web = Web()
    handler = type("BoundHandler", (Handler,), {"web": web})
    server = Server(("127.0.0.1", 0), handler)
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    if certificate:
        server.socket = context_of(certificate).wrap_socket(server.socket, server_side=True)
        web.url = web.url.replace("http:", "https:")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield web
    finally:
        web.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
