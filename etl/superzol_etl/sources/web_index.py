"""Reads the index of a web folder: a manifest, a JSON listing, or a page of links."""

import json
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from pydantic import AliasChoices, BaseModel, Field, TypeAdapter

from superzol_etl.errors import BadData
from superzol_etl.sources.source import Digest, RemoteFile, is_wanted

DIGESTS = ("blake3", "sha256", "md5")  # the strongest that is told counts


class Index(NamedTuple):
    """What an index names. links: other files of the folder, by name."""

    version: int | None
    files: tuple[RemoteFile, ...]
    links: dict[str, str]


class _Entry(BaseModel):
    """A file as a manifest or nginx (autoindex_format json) lists it."""

    name: str
    kind: str = Field("file", validation_alias="type")
    size: int | None = Field(None, ge=0, validation_alias=AliasChoices("bytes", "size"))
    url: str | None = None
    mtime: str = ""
    blake3: str | None = None
    sha256: str | None = None
    md5: str | None = None


class _Manifest(BaseModel):
    """A list of files with the version they are; the manifest of a volume reads as one."""

    version: int | None = Field(None, ge=1)
    files: list[_Entry]


ENTRIES = TypeAdapter(list[_Entry])


def parse_index(content: bytes, base_url: str) -> Index:
    """Reads an index page, whatever its form; base_url: where it is, after redirects.

    Raises BadData when it is neither JSON of a known form nor HTML.
    """
    text = content.decode("utf-8", errors="replace")
    if text.lstrip()[:1] in ("{", "["):
        return _parse_json(text, base_url)
    if "<" not in text:
        raise BadData(f"{base_url} is no index: neither JSON nor a page of links")
    return _parse_page(text, base_url)


def _parse_json(text: str, base_url: str) -> Index:
    try:
        read = json.loads(text)
        if isinstance(read, dict):
            manifest = _Manifest.model_validate(read)
            version, entries = manifest.version, manifest.files
        else:
            version, entries = None, ENTRIES.validate_python(read)
        named = [entry for entry in entries if entry.kind == "file"]
        links = {entry.name: _locate(entry, base_url) for entry in named}
        files = tuple(_describe(entry, base_url) for entry in named if is_wanted(entry.name))
    except ValueError as error:  # of a ValidationError, and of a URL that is none
        raise BadData(f"{base_url} is no index of files: {str(error).splitlines()[0]}") from None
    return Index(version, files, links)


def _locate(entry: _Entry, base_url: str) -> str:
    return urljoin(base_url, entry.url or entry.name)


def _describe(entry: _Entry, base_url: str) -> RemoteFile:
    digests = ((kind, getattr(entry, kind)) for kind in DIGESTS)
    told = next((Digest(kind, value) for kind, value in digests if value), None)
    return RemoteFile(entry.name, _locate(entry, base_url), entry.size, told, entry.mtime)


class _Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps the target of an anchor."""
        target = dict(attrs).get("href")
        if tag == "a" and target:
            self.found.append(target)


def _parse_page(text: str, base_url: str) -> Index:
    page = _Links()
    page.feed(text)
    folder = urljoin(base_url, ".")
    links = {}
    for target in page.found:
        try:
            url = urljoin(base_url, target).partition("#")[0]
        except ValueError:
            continue  # it leads nowhere, and so to none of the files
        if url.startswith(folder) and not urlsplit(url).query:
            links[unquote(url.removeprefix(folder))] = url
    files = tuple(RemoteFile(name, url) for name, url in links.items() if is_wanted(name))
    return Index(None, files, links)


def parse_sums(text: str) -> dict[str, str]:
    """Reads SHA256SUMS: the digest by name."""
    lines = (line.split(maxsplit=1) for line in text.splitlines())
    return {
        parts[1].lstrip("*").removeprefix("./"): parts[0].lower()
        for parts in lines
        if len(parts) == 2
    }
