"""A stand-in for api.kaggle.com that speaks the wire of its client (read in kagglesdk 0.1.37)."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

from tests.support.web import JSON, Answer, Seen, Web

DATASET = "erlichsefi/israeli-supermarkets-2024"
SERVICE = "/v1/datasets.DatasetApiService"
OBJECTS = "/objects"
TOKEN = "tok-s3cr3t"
PAGE_FILES = 2  # small, so that listings have pages


@dataclass
class Kaggle:
    """The versions of one dataset. zipped: files that travel packed. private: wants a token."""

    web: Web
    versions: dict[int, dict[str, bytes]] = field(default_factory=dict)
    zipped: set[str] = field(default_factory=set)
    is_private: bool = False

    def __post_init__(self) -> None:
        self.web.routes["/v1/"] = self.answer

    def publish(self, version: int, files: dict[str, bytes]) -> None:
        """Adds a version; the newest number is the current one."""
        self.versions[version] = files
        for name, content in files.items():
            place = f"{OBJECTS}/{version}/{name}"
            if name in self.zipped:
                self.web.files[f"{place}.zip"] = packed(name, content)
            else:
                self.web.files[place] = content

    def answer(self, seen: Seen) -> Answer:
        """Answers a call of the API."""
        asked = json.loads(seen.body)
        method = seen.path.rsplit("/", 1)[1]
        if method == "IntrospectToken":
            is_known = asked["token"] == TOKEN
            return said({"active": is_known, "username": "someone" if is_known else ""})
        if self.is_private and seen.headers.get("authorization") != f"Bearer {TOKEN}":
            return said({"code": 403, "message": "Permission denied"}, 403)
        if f"{asked['ownerSlug']}/{asked['datasetSlug']}" != DATASET:
            return said({"code": 403, "message": "Permission denied"}, 403)
        version = asked.get("datasetVersionNumber") or max(self.versions)
        if version not in self.versions:
            return said({"code": 404, "message": "Not found"}, 404)
        answers = {
            "GetDataset": self._describe,
            "ListDatasetFiles": self._list,
            "DownloadDataset": self._locate,
        }
        return answers[method](asked, version)

    def _describe(self, asked: dict[str, Any], version: int) -> Answer:
        made = {number: f"2026-06-{number % 28 + 1:02d}T21:35:11Z" for number in self.versions}
        versions = [
            {"versionNumber": number, "creationDate": made[number], "status": "Ready"}
            for number in self.versions
        ]
        newest = max(self.versions)
        return said(
            {"id": 5703220, "ref": DATASET, "currentVersionNumber": newest,
             "lastUpdated": made[newest], "versions": versions}
        )  # fmt: skip

    def _list(self, asked: dict[str, Any], version: int) -> Answer:
        begin = int(asked.get("pageToken") or 0)
        named = list(self.versions[version].items())
        page = [
            {"name": name, "totalBytes": len(content), "creationDate": "2026-06-02T00:35:11Z"}
            for name, content in named[begin : begin + PAGE_FILES]
        ]
        following = begin + PAGE_FILES
        token = {"nextPageToken": str(following)} if following < len(named) else {}
        return said({"datasetFiles": page} | token)

    def _locate(self, asked: dict[str, Any], version: int) -> Answer:
        name = asked["fileName"]
        if name not in self.versions[version]:
            return said({"code": 404, "message": "Not found"}, 404)
        # Another host than that of the API, as at Kaggle: the client drops its credentials there.
        host = self.web.url.replace("127.0.0.1", "localhost")
        ending = ".zip" if name in self.zipped else ""
        place = f"{host}{OBJECTS}/{version}/{name}{ending}?signature=s1gn3d"
        return Answer(302, b"", {"Location": place})


def said(value: dict[str, Any], status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, json.dumps(value).encode(), JSON)


def packed(name: str, content: bytes) -> bytes:
    """A zip of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name.rsplit("/", 1)[-1], content)
    return out.getvalue()
