"""The source `api:`: the REST API of OpenIsraeliSupermarkets, which serves raw rows by pages."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import httpx
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, SecretStr, ValidationError

from superzol_etl.clean.windows import ISRAEL
from superzol_etl.decode.names import published_at
from superzol_etl.environment import SourceSettings
from superzol_etl.errors import NotFound, PassingTrouble, WrongConfiguration
from superzol_etl.sources.answers import failure_of_status
from superzol_etl.sources.api_rows import Page, Row, write_rows
from superzol_etl.sources.download import silence_told
from superzol_etl.sources.retries import repeat
from superzol_etl.sources.source import Listing, RemoteFile, Tell, is_wanted
from superzol_etl.volume.partial import Partial

AGAIN = "run the same command again, which begins it anew; if it stays so, tell the source's owner"
HINT = "set SUPERZOL_SOURCE_KEY, or SUPERZOL_SOURCE_KEY_FILE, to a key of this API"

Answer = TypeVar("Answer", bound=BaseModel)


class _Chains(BaseModel):
    list_of_chains: list[str]


class _Kinds(BaseModel):
    list_of_file_types: list[str]


class _Named(BaseModel):
    file_name: str


class _Scraped(BaseModel):
    processed_files: list[_Named]


class _Spooled(NamedTuple):
    """What of a CSV has come: how many XMLs are whole, and where the next one goes on.

    begins_at: the byte of the spool where that one begins. asked: the cursors of its pages that
    came.
    """

    xmls: int
    begins_at: int
    rows: int = 0
    cursor: int | str | None = 0
    asked: frozenset[str] = frozenset()


class WrongPagesError(PassingTrouble):
    """The pages of an XML are none that a whole one has: what came of them is of no use."""


class ApiSource:
    """One CSV per chain and kind, put together from the pages of its source XMLs."""

    def __init__(
        self, url: str, key: SecretStr | None, settings: SourceSettings, client: httpx.AsyncClient
    ) -> None:
        self.url, self.settings, self.client = url, settings, client
        self.headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        self.limiter = MovingWindowRateLimiter(MemoryStorage())
        try:
            self.rate = parse(settings.rate)
        except ValueError:
            raise WrongConfiguration(
                f"SUPERZOL_SOURCE_RATE={settings.rate} is no rate such as 5/second"
            ) from None
        self.xmls: dict[str, tuple[str, ...]] = {}

    async def list_files(self, version: int | None) -> Listing:
        """The source XMLs of each chain and kind; the API serves no older days."""
        chains = (await self._ask("list_chains", {}, _Chains)).list_of_chains
        kinds = (await self._ask("list_file_types", {}, _Kinds)).list_of_file_types
        files = [
            await self._list_one(chain, kind) for chain in sorted(chains) for kind in sorted(kinds)
        ]
        held = tuple(file for file in files if self.xmls[file.name])
        if not held:
            raise NotFound(f"{self.url} names no file")
        return Listing(None, self._day(), held)

    async def _list_one(self, chain: str, kind: str) -> RemoteFile:
        query = {"chain": chain, "file_type": kind}
        scraped = await self._ask("list_scraped_files", query, _Scraped)
        xmls = sorted({named.file_name for named in scraped.processed_files})
        name = f"{kind.lower()}_{chain.lower()}.csv"
        self.xmls[name] = tuple(xmls) if is_wanted(name) else ()
        return RemoteFile(name, chain, mark="\n".join(xmls))

    def _day(self) -> date:
        """That of the newest source XML, in Israel."""
        times = [published_at(xml) for xmls in self.xmls.values() for xml in xmls]
        newest = max((time for time in times if time), default=datetime.now(UTC))
        return newest.astimezone(ISRAEL).date()

    async def download(self, file: RemoteFile, target: Path, tell: Tell) -> None:
        """Spools page after page beside the target, so that a later call goes on with the next."""
        spool = target.with_name(target.name + ".pages")
        if Partial(target).mark != file.mark or not spool.exists():
            Partial(target).start_over(file.mark)
            spool.unlink(missing_ok=True)
        begun = await asyncio.to_thread(_mend, spool)
        with spool.open("ab") as out:
            for xml in self.xmls[file.name][begun.xmls :]:
                try:
                    await self._append(file, xml, begun, out, tell)
                except WrongPagesError:
                    out.truncate(begun.begins_at)
                    raise
                begun = _Spooled(begun.xmls + 1, out.tell())
        await asyncio.to_thread(_convert, spool, target)

    async def _append(
        self, file: RemoteFile, xml: str, begun: _Spooled, out: BinaryIO, tell: Tell
    ) -> None:
        """Writes the pages of an XML that have not come yet, as they come."""
        rows, cursor, asked = begun.rows, begun.cursor, begun.asked
        before: Page | None = None
        while cursor is not None:
            asked |= {str(cursor)}
            page = await self._page(file.place, xml, cursor)
            rows, cursor = rows + len(page.rows), page.cursor_after(rows)
            _check(page, before, xml, rows, is_last=cursor is None)
            if str(cursor) in asked:
                raise WrongPagesError(f"{xml} leads from page to page in a circle: {AGAIN}")
            came = page.model_copy(update={"next_cursor": cursor}).model_dump_json().encode()
            out.write(came + b"\n")
            out.flush()
            tell(file.name, len(came))
            before = page

    async def _page(self, chain: str, xml: str, cursor: int | str) -> Page:
        """Asks with the names of both generations of the API; it ignores those it does not know.

        A cursor that is refused has expired: the first page of the XML leads to others.
        """
        count = self.settings.page_rows
        query = {"chain": chain, "file": xml, "chunk_size": count, "limit": count}
        try:
            return await self._ask(
                "raw/file_content", query | {"offset": cursor, "cursor": cursor}, Page
            )
        except (NotFound, WrongConfiguration) as error:
            if not cursor:
                raise
            raise WrongPagesError(f"{xml} does not go on at {cursor} ({error}): {AGAIN}") from error

    async def _ask(self, path: str, query: dict[str, Any], kind: type[Answer]) -> Answer:
        asked = f"{self.url}/{path}"

        async def ask() -> Answer:
            await self._wait_for_turn()
            with silence_told(asked):
                answer = await self.client.get(asked, params=query, headers=self.headers)
            if answer.status_code != 200:
                raise failure_of_status(
                    answer.status_code,
                    asked,
                    hint=HINT,
                    retry_after=answer.headers.get("Retry-After"),
                )
            try:
                return kind.model_validate_json(answer.content)
            except ValidationError:
                raise PassingTrouble(f"{asked} was answered in no known form: try again") from None

        return await repeat(self.settings, ask)

    async def _wait_for_turn(self) -> None:
        """Keeps to the rate, however many downloads run."""
        while not await self.limiter.hit(self.rate, self.url):
            window = await self.limiter.get_window_stats(self.rate, self.url)
            await asyncio.sleep(max(0.01, window.reset_time - datetime.now(UTC).timestamp()))


def _check(page: Page, before: Page | None, xml: str, rows: int, *, is_last: bool) -> None:
    """Raises WrongPagesError; rows: how many came with this page and those before it."""
    foreign = next((row for row in page.rows if row.file_name != xml), None)
    if foreign:
        raise WrongPagesError(f"{xml} came with rows of {foreign.file_name}: {AGAIN}")
    if not page.rows and not is_last:
        raise WrongPagesError(f"{xml} came with an empty page before its end: {AGAIN}")
    if before and page.rows and page.rows == before.rows:
        raise WrongPagesError(f"{xml} came with the same page twice: {AGAIN}")
    total = page.total_count
    if total is not None and (rows > total or (is_last and rows != total)):
        raise WrongPagesError(f"{xml} came with {rows} rows instead of {total}: {AGAIN}")


def _mend(spool: Path) -> _Spooled:
    """What a spool holds; it is cut off at a line that a kill or a power cut tore."""
    begun, whole_bytes = _Spooled(0, 0), 0
    if not spool.exists():
        return begun
    with spool.open("rb") as file:
        for line in file:
            try:
                page = Page.model_validate_json(line)
            except ValidationError:
                break
            if not line.endswith(b"\n"):
                break
            whole_bytes += len(line)
            begun = begun._replace(
                rows=begun.rows + len(page.rows),
                cursor=page.next_cursor,
                asked=begun.asked | {str(begun.cursor)},
            )
            if begun.cursor is None:
                begun = _Spooled(begun.xmls + 1, whole_bytes)
    with spool.open("r+b") as file:
        file.truncate(whole_bytes)
    return begun


def _convert(spool: Path, target: Path) -> None:
    columns = list(dict.fromkeys(name for row in _rows(spool) for name in row.row_content))
    write_rows(target, _rows(spool), columns)
    spool.unlink()


def _rows(spool: Path) -> Iterator[Row]:
    with spool.open("rb") as file:
        for line in file:
            yield from Page.model_validate_json(line).rows
