"""Downloads over HTTP: continues what is there, notices what changed, checks what came."""

import asyncio
import base64
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from superzol_etl.certificates import refusal_of, untrusted_source
from superzol_etl.environment import SourceSettings
from superzol_etl.errors import BadData, PassingTrouble, WrongConfiguration
from superzol_etl.sources.answers import failure_of_status
from superzol_etl.sources.pace import PacedClient, TooSlow
from superzol_etl.sources.retries import repeat
from superzol_etl.sources.source import Digest, RemoteFile, Tell
from superzol_etl.sources.verify import DigestMismatch, check_digest, check_size
from superzol_etl.volume.partial import Partial

PIECE_BYTES = 1 << 20
USER_AGENT = "superzol-etl"
# S3 keeps aws-chunked, how an object was sent to it, beside the object.
UNCHANGED = frozenset(["", "identity", "aws-chunked"])


class Request(NamedTuple):
    """Where a body is to be had; url may hold a signature and is never shown.

    hint: what to do when it is refused.
    """

    url: str
    headers: dict[str, str]
    hint: str


Locate = Callable[[], Awaitable[Request]]  # called anew for each attempt: signed URLs expire


@asynccontextmanager
async def web_client(settings: SourceSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client that gives up on silence and on bodies that drip, and asks for plain bytes."""
    # At INFO it logs every URL with its signature.
    logging.getLogger("httpx").setLevel(logging.WARNING)

    async with PacedClient(
        settings,
        timeout=settings.timeout_seconds,
        follow_redirects=True,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
    ) as client:
        yield client


@contextmanager
def silence_told(asked: str) -> Iterator[None]:
    """Turns what httpx raises into what it means; its own words may hold a signed URL."""
    try:
        yield
    except httpx.TooManyRedirects:
        raise BadData(f"{asked} led from URL to URL without an end: name the last") from None
    except TooSlow as error:
        raise PassingTrouble(f"{asked} comes too slowly, {error}: try again later") from None
    except httpx.ConnectError as error:  # it says of the host, not of a URL
        if refused := refusal_of(error):
            raise untrusted_source(asked, refused) from None
        raise PassingTrouble(f"{asked} failed (ConnectError, {error}): try again later") from None
    except (httpx.InvalidURL, httpx.HTTPError) as error:
        wrong = httpx.InvalidURL, httpx.UnsupportedProtocol
        # What it was redirected to is the context of an error of the protocol.
        if isinstance(error, wrong) or isinstance(error.__context__, wrong):
            raise BadData(f"{asked} led to a URL that is none of the web") from None
        raise PassingTrouble(f"{asked} failed ({type(error).__name__}): try again later") from None


class Download(NamedTuple):
    """One file on its way to the volume; is_judged: who asked for it notices what is lacking."""

    client: httpx.AsyncClient
    settings: SourceSettings
    file: RemoteFile
    target: Path
    tell: Tell
    is_judged: bool = False

    async def run(self, locate: Locate) -> None:
        """Brings the whole file, in as many attempts as it takes.

        Raises BadData when the same wrong content comes twice: then the source is wrong.
        """
        wrong: set[str] = set()

        async def attempt() -> None:
            try:
                await self._attempt(await locate())
            except DigestMismatch as mismatch:
                Partial(self.target).start_over("")
                if mismatch.found in wrong:
                    raise mismatch.twice from mismatch
                wrong.add(mismatch.found)
                raise

        await repeat(self.settings, attempt)

    async def _attempt(self, request: Request) -> None:
        partial = Partial(self.target)
        size, mark = partial.continued()
        headers = dict(request.headers)
        if size:
            headers |= {"Range": f"bytes={size}-", "If-Range": mark}
        with silence_told(self.file.name):
            async with self.client.stream("GET", request.url, headers=headers) as response:
                self._refuse(response, request.hint)
                self._refuse_without_end(response)
                if response.status_code == 200 or not size:
                    size = 0
                    partial.start_over(mark_of(response))
                if response.status_code != 416:
                    await self._receive(response, size)
                whole, promised = size_of(response, size), digest_promised(response)
        await asyncio.to_thread(self._check, whole, promised)

    def _refuse(self, response: httpx.Response, hint: str) -> None:
        """Raises unless a body follows, or 416 says that all of it came before."""
        size, _ = Partial(self.target).continued()
        if response.status_code == 416 and size == size_of(response, size):
            return
        if response.status_code == 416:
            Partial(self.target).start_over("")
            raise PassingTrouble(f"{self.file.name} is shorter than what came of it before")
        if response.status_code not in (200, 206):
            raise failure_of_status(
                response.status_code,
                self.file.name,
                hint=hint,
                retry_after=response.headers.get("Retry-After"),
            )
        # A page for people instead of a file: a captcha, a login, a portal of the network.
        if response.headers.get("Content-Type", "").startswith("text/html"):
            raise PassingTrouble(f"{self.file.name} was answered with a web page: try again later")
        if packed := packed_as(response):
            raise WrongConfiguration(
                f"{self.file.name} came packed as {packed}, though plain bytes were asked for: let"
                " the server send files as they are"
            )
        if response.status_code == 206 and begin_of(response) != size:
            # Of the right length it would pass for the rest of the file.
            Partial(self.target).start_over("")
            raise PassingTrouble(f"{self.file.name} was continued elsewhere than asked for")

    def _refuse_without_end(self, response: httpx.Response) -> None:
        """Raises where nothing would tell a body that was cut from a whole one."""
        promised = self.file.size_bytes, self.file.digest, digest_promised(response)
        is_told = size_of(response, 0) is not None or "Transfer-Encoding" in response.headers
        if not (is_told or self.is_judged or any(each is not None for each in promised)):
            raise WrongConfiguration(
                f"{self.file.name}: the server tells neither its size nor where its body ends, so"
                " that a cut one would pass for whole: let it, or put a manifest or SHA256SUMS"
                " beside the files"
            )

    async def _receive(self, response: httpx.Response, size: int) -> None:
        with self.target.open("ab" if size else "wb", buffering=0) as out:
            async for piece in response.aiter_raw(PIECE_BYTES):
                out.write(piece)
                self.tell(self.file.name, len(piece))

    def _check(self, whole: int | None, promised: Digest | None) -> None:
        for size in (whole, self.file.size_bytes):
            check_size(self.target, self.file.name, size)
        for digest in (promised, self.file.digest):
            check_digest(self.target, self.file.name, digest)


def packed_as(response: httpx.Response) -> str:
    """The encodings that change the bytes; "" where they come as they are stored."""
    named = [
        name.strip().lower() for name in response.headers.get("Content-Encoding", "").split(",")
    ]
    return ", ".join(name for name in named if name not in UNCHANGED)


def tag_of(response: httpx.Response) -> str:
    """What changes with this content, as far as the server tells; a weak ETag if nothing better."""
    tag: str = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", tag)


def mark_of(response: httpx.Response) -> str:
    """What names this content in If-Range; a weak ETag does not."""
    tag = tag_of(response)
    is_whole_only = response.headers.get("Accept-Ranges") == "none"
    return "" if is_whole_only or tag.startswith("W/") else tag


def begin_of(response: httpx.Response) -> int | None:
    """Where the body of an answer 206 begins in the file; None where it does not say."""
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def size_of(response: httpx.Response, begun: int) -> int | None:
    """The size of the whole file; begun: how much of it was there before."""
    if found := re.fullmatch(
        r"bytes (?:\d+-\d+|\*)/(\d+)", response.headers.get("Content-Range", "")
    ):
        return int(found[1])
    length = response.headers.get("Content-Length")
    return begun + int(length) if length else None


def digest_promised(response: httpx.Response) -> Digest | None:
    """The digest of the whole file in the headers: RFC 9530, or as object stores say it."""
    promised = ", ".join(
        response.headers.get_list(name)[0]
        for name in ("Repr-Digest", "x-goog-hash")
        if name in response.headers
    )
    for kind, pattern in (("sha256", r"sha-256=:([^:]+):"), ("md5", r"md5=([A-Za-z0-9+/]+=*)")):
        if found := re.search(pattern, promised):
            with suppress(ValueError):
                value = base64.b64decode(found[1])
                if len(value) == hashlib.new(kind, usedforsecurity=False).digest_size:
                    return Digest(kind, value.hex())
            return None  # it is no digest, and so promises nothing
    return None
