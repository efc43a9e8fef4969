"""A stand-in for the REST API of OpenIsraeliSupermarkets, over the CSV files of a snapshot."""

import json
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tests.support.web import JSON, Answer, Seen, Web

KEY = "k3y-s3cr3t"


@dataclass
class PriceApi:
    """Rows by chain, kind and source XML; offsets are the cursors, or has_more for old servers."""

    web: Web
    rows: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    is_old: bool = False

    def __post_init__(self) -> None:
        self.web.routes["/"] = self.answer

    def publish(self, kind: str, chain: str, xmls: dict[str, list[dict[str, Any]]]) -> None:
        """Adds the source XMLs of one CSV: rows of cells by column."""
        self.rows[kind.upper(), chain.upper()] = xmls

    def answer(self, seen: Seen) -> Answer:
        """Answers a call."""
        if seen.headers.get("authorization") != f"Bearer {KEY}":
            return said({"detail": "Invalid token"}, 401)
        query = seen.query
        if seen.path == "/list_chains":
            return said({"list_of_chains": sorted({chain for _, chain in self.rows} | {"NONE"})})
        if seen.path == "/list_file_types":
            return said({"list_of_file_types": sorted({kind for kind, _ in self.rows})})
        if seen.path == "/list_scraped_files":
            xmls = self.rows.get((query["file_type"], query["chain"]), {})
            return said({"processed_files": [{"file_name": xml} for xml in xmls]})
        return self._content(query)

    def _content(self, query: dict[str, str]) -> Answer:
        xml = query["file"]
        rows = next(
            xmls[xml]
            for (_, chain), xmls in self.rows.items()
            if chain == query["chain"] and xml in xmls
        )
        begin = int(query["offset" if self.is_old else "cursor"])
        end = begin + int(query["chunk_size" if self.is_old else "limit"])
        page = [
            {"row_index": number, "found_folder": "app_data/dumps/Alpha", "file_name": xml}
            | {"row_content": row}
            for number, row in enumerate(rows[begin:end], start=begin)
        ]
        has_more = end < len(rows)
        if self.is_old:
            tail: dict[str, Any] = {"has_more": has_more, "offset": begin}
        else:
            tail = {"next_cursor": end if has_more else None}
        return said({"rows": page, "total_count": len(rows)} | tail)


def said(value: dict[str, Any], status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, json.dumps(value).encode(), JSON)


def read_rows(csv: bytes) -> pl.DataFrame:
    """A masked CSV unmasked: each cell as the XML had it."""
    frame = pl.read_csv(csv, infer_schema=False)
    return frame.select(pl.all().forward_fill())
