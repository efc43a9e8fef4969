"""The source `kaggle:`: versions of a dataset of kaggle.com, by the client of Kaggle."""

import asyncio
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import httpx

from superzol_etl.certificates import refusal_of, untrusted_source
from superzol_etl.clean.windows import ISRAEL
from superzol_etl.environment import SourceSettings
from superzol_etl.errors import NotFound, PassingTrouble
from superzol_etl.sources.answers import failure_of_status
from superzol_etl.sources.download import Download, Request
from superzol_etl.sources.kaggle_client import open_client
from superzol_etl.sources.retries import repeat
from superzol_etl.sources.source import Listing, RemoteFile, Tell, is_wanted
from superzol_etl.sources.verify import check_size
from superzol_etl.volume.partial import Partial

if TYPE_CHECKING:
    from kaggle.api.kaggle_api_extended import KaggleApi

PAGE_FILES = 200
PIECE_BYTES = 8 << 20
HINT = (
    "it is private, does not exist, or needs credentials:"
    " set KAGGLE_API_TOKEN, or KAGGLE_USERNAME and KAGGLE_KEY"
)
# What zipfile and its unpackers were seen to raise where one bit of a zip was turned: of a method
# that they do not know, a password, a negative place. That of bz2 is an OSError without a number.
DAMAGES = zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError

T = TypeVar("T")


class KaggleSource:
    """A dataset; its version numbers are Kaggle's, and a version never changes."""

    def __init__(self, dataset: str, settings: SourceSettings, client: httpx.AsyncClient) -> None:
        self.owner, self.slug = dataset.split("/")
        self.settings, self.client = settings, client
        self.version: int | None = None
        self._api: KaggleApi | None = None

    async def list_files(self, version: int | None) -> Listing:
        """The files of a version, or of the newest."""
        described = await self._ask("its versions", self._get_dataset)
        self.version = version or described.current_version_number
        if not self.version:
            raise NotFound(f"kaggle:{self.owner}/{self.slug} has no version yet")
        files = await self._list_all(self.version)
        if not files:
            raise NotFound(f"version {self.version} of {self.slug} holds no CSV file")
        return Listing(self.version, _day_of(described, self.version), files)

    async def _list_all(self, version: int) -> tuple[RemoteFile, ...]:
        files: list[RemoteFile] = []
        token, seen = "", set[str]()
        while token not in seen:
            seen.add(token)
            list_page = partial(_list_page, f"{self.owner}/{self.slug}/{version}", token)
            page = await self._ask(f"the files of version {version}", list_page)
            files += [
                RemoteFile(file.name, file.name, file.total_bytes)
                for file in page.dataset_files
                if is_wanted(file.name)
            ]
            token = page.next_page_token
            if not token:
                return tuple(files)
        raise PassingTrouble("Kaggle lists its files from page to page in a circle: try again")

    async def download(self, file: RemoteFile, target: Path, tell: Tell) -> None:
        """Brings one file; large ones travel as a zip, which is unpacked here."""
        located = await self._ask(file.name, lambda api: self._locate(api, file.name))
        is_zip = urlsplit(located).path.endswith(".zip") and not file.name.endswith(".zip")
        arriving = target.with_name(target.name + ".zip") if is_zip else target
        waiting = [located]

        async def locate() -> Request:
            if not waiting:
                waiting.append(await self._ask(file.name, lambda api: self._locate(api, file.name)))
            return Request(waiting.pop(), {}, HINT)

        # What Kaggle lists may be the size on its disk or the size of what it sends.
        unsized = file._replace(size_bytes=None)
        download = Download(self.client, self.settings, unsized, arriving, tell, is_judged=True)
        await download.run(locate)
        came_bytes = arriving.stat().st_size
        if is_zip:
            await asyncio.to_thread(_unpack, arriving, target, file.name)
        if file.size_bytes != came_bytes:
            _check_size(target, file)

    async def _ask(self, what: str, call: "Callable[[KaggleApi], T]") -> T:
        asked = f"kaggle:{self.owner}/{self.slug}: {what}"

        def answer() -> T:
            if self._api is None:
                self._api = _told(
                    "logging in to Kaggle",
                    lambda: open_client(self.settings.kaggle_url, self.settings),
                )
            api = self._api
            return _told(asked, lambda: call(api))

        return await repeat(self.settings, lambda: asyncio.to_thread(answer))

    def _get_dataset(self, api: "KaggleApi") -> Any:
        from kagglesdk.datasets.types.dataset_api_service import ApiGetDatasetRequest

        request = ApiGetDatasetRequest()
        request.owner_slug, request.dataset_slug = self.owner, self.slug
        with api.build_kaggle_client() as client:
            return client.datasets.dataset_api_client.get_dataset(request)

    def _locate(self, api: "KaggleApi", name: str) -> str:
        """The signed URL of a file; its body is left to a download that can be continued."""
        from kagglesdk.datasets.types.dataset_api_service import ApiDownloadDatasetRequest

        request = ApiDownloadDatasetRequest()
        request.owner_slug, request.dataset_slug = self.owner, self.slug
        request.dataset_version_number, request.file_name = self.version, name
        with api.build_kaggle_client() as client:
            answer = client.datasets.dataset_api_client.download_dataset(request)
            url: str = answer.url
            answer.close()
        if not answer.history:
            raise PassingTrouble(f"Kaggle did not say where {name} lies: try again later")
        return url


def _list_page(dataset: str, token: str, api: "KaggleApi") -> Any:
    return api.dataset_list_files(dataset, token, PAGE_FILES)


def _told(asked: str, call: Callable[[], T]) -> T:
    """What the call returns; what it raises is told as one of our failures."""
    import requests

    try:
        return call()
    except requests.exceptions.HTTPError as error:
        if error.response is None:
            raise PassingTrouble(f"{asked} failed: try again later") from error
        raise failure_of_status(
            error.response.status_code,
            asked,
            hint=HINT,
            retry_after=error.response.headers.get("Retry-After"),
        ) from error
    except (json.JSONDecodeError, requests.exceptions.JSONDecodeError, KeyError) as error:
        # Met at night when Kaggle throttles: a page for people, with status 200.
        raise PassingTrouble(f"{asked} was answered with no JSON: try again later") from error
    except requests.exceptions.RequestException as error:
        if refused := refusal_of(error):
            raise untrusted_source(asked, refused) from None
        raise PassingTrouble(f"{asked} failed ({type(error).__name__}): try again later") from None


def _day_of(described: Any, version: int) -> date:
    """The day a version was made, in Israel; of the newest where Kaggle does not tell."""
    created = [
        known.creation_date
        for known in described.versions or []
        if known.version_number == version and known.creation_date
    ]
    moment: datetime = (created or [described.last_updated])[0] or datetime.now(UTC)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(ISRAEL).date()


def _check_size(target: Path, file: RemoteFile) -> None:
    try:
        check_size(target, file.name, file.size_bytes)
    except PassingTrouble:
        Partial(target).start_over("")
        raise


def _unpack(packed: Path, target: Path, name: str) -> None:
    """Takes the one file out of a zip; its checksum is compared on the way."""
    try:
        with zipfile.ZipFile(packed) as archive:
            wanted = [each for each in archive.namelist() if each.endswith(Path(name).name)]
            if len(wanted) != 1:
                raise zipfile.BadZipFile(f"it holds {len(wanted)} files of that name")
            with archive.open(wanted[0]) as source, target.open("wb") as out:
                while piece := source.read(PIECE_BYTES):
                    out.write(piece)
    except (*DAMAGES, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the disk
            raise
        Partial(packed).start_over("")
        raise PassingTrouble(f"the zip of {name} is damaged ({error}): try again later") from error
    packed.unlink()
    Partial(packed).note.unlink(missing_ok=True)
