"""The source `https:`: a folder of a web server, by its index."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from pydantic import SecretStr

from superzol_etl.clean.windows import ISRAEL
from superzol_etl.environment import SourceSettings
from superzol_etl.errors import NotFound, WrongConfiguration
from superzol_etl.sources.answers import failure_of_status
from superzol_etl.sources.download import Download, Request, silence_told, tag_of
from superzol_etl.sources.retries import repeat
from superzol_etl.sources.source import Digest, Listing, RemoteFile, Tell
from superzol_etl.sources.web_index import Index, parse_index, parse_sums
from superzol_etl.volume.manifest import NAME as MANIFEST

SUMS = "SHA256SUMS"
NO_HEAD = (405, 501)  # RFC 9110: not for this file, and not at all
HINT = "set SUPERZOL_SOURCE_KEY, or SUPERZOL_SOURCE_KEY_FILE"


class WebSource:
    """A folder behind HTTP; a manifest in it tells version and digests, else HEAD tells sizes."""

    def __init__(
        self, url: str, key: SecretStr | None, settings: SourceSettings, client: httpx.AsyncClient
    ) -> None:
        self.url, self.settings, self.client = url, settings, client
        self.headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}

    async def list_files(self, version: int | None) -> Listing:
        """What the index names; with the digests of a manifest or of SHA256SUMS beside it."""
        index, newest = await self._read_index(self.url)
        if MANIFEST in index.links:
            index, newest = await self._read_index(index.links[MANIFEST])
        if not index.files:
            raise NotFound(f"{self.url} names no CSV file")
        sums: dict[str, str] = {}
        if SUMS in index.links:
            answer = await self._ask(index.links[SUMS])
            sums = parse_sums(answer.text)
        at_once = asyncio.Semaphore(self.settings.connections)

        async def complete(file: RemoteFile) -> RemoteFile:
            async with at_once:
                return await self._complete(file, sums)

        files = await asyncio.gather(*map(complete, index.files))
        return Listing(index.version, newest, tuple(files))

    async def _read_index(self, url: str) -> tuple[Index, date]:
        answer = await self._ask(url)
        return parse_index(answer.content, str(answer.url)), _day_of(answer)

    async def _complete(self, file: RemoteFile, sums: dict[str, str]) -> RemoteFile:
        """The file with what the server tells of it, where the index is silent."""
        if file.digest is None and file.name in sums:
            file = file._replace(digest=Digest("sha256", sums[file.name]))
        if file.size_bytes is not None and (file.digest or file.mark):
            return file
        answer = await self._look(file.place)
        length, tag = answer.headers.get("Content-Length"), tag_of(answer)
        if not (length or tag or file.digest):
            raise WrongConfiguration(
                f"{file.place}: the server tells neither size, date nor ETag, so that a change"
                f" would go unseen: let it, or put a manifest or {SUMS} beside the files"
            )
        return file._replace(size_bytes=int(length) if length else None, mark=tag)

    async def _ask(self, url: str) -> httpx.Response:
        """A small answer, whole."""

        async def ask() -> httpx.Response:
            return await self.client.get(url, headers=self._headers(url))

        return await self._answered(url, ask)

    async def _look(self, url: str) -> httpx.Response:
        """An answer without its body; by GET where the server knows no HEAD, as frameworks do."""

        async def look() -> httpx.Response:
            answer = await self.client.head(url, headers=self._headers(url))
            # Some count the body of HEAD itself, which has none.
            if answer.status_code not in NO_HEAD and answer.headers.get("Content-Length") != "0":
                return answer
            async with self.client.stream("GET", url, headers=self._headers(url)) as answer:
                return answer

        return await self._answered(url, look)

    async def _answered(
        self, url: str, send: Callable[[], Awaitable[httpx.Response]]
    ) -> httpx.Response:
        async def attempt() -> httpx.Response:
            with silence_told(url):
                answer = await send()
            if answer.status_code != 200:
                raise failure_of_status(
                    answer.status_code,
                    url,
                    hint=HINT,
                    retry_after=answer.headers.get("Retry-After"),
                )
            return answer

        return await repeat(self.settings, attempt)

    def _headers(self, url: str) -> dict[str, str]:
        """The key goes to the host of the source only, wherever its index points."""
        return self.headers if httpx.URL(url).host == httpx.URL(self.url).host else {}

    async def download(self, file: RemoteFile, target: Path, tell: Tell) -> None:
        """Brings one file by GET, from where an earlier call ended."""

        async def locate() -> Request:
            with silence_told(file.name):  # of a URL that an index names, and that is none
                return Request(file.place, self._headers(file.place), HINT)

        await Download(self.client, self.settings, file, target, tell).run(locate)


def _day_of(answer: httpx.Response) -> date:
    """The day of an index in Israel; today where the server does not tell."""
    try:
        moment = parsedate_to_datetime(answer.headers.get("Last-Modified", ""))
        told = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return told.astimezone(ISRAEL).date()
    except (ValueError, OverflowError):
        return datetime.now(ISRAEL).date()
