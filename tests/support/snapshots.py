"""Writes small snapshot folders as the publisher would, and loads them by the real command line."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from superzol_local.sample.masking import write_csv

FOLDER = "app_data/dumps/Alpha"
LEGAL_ID = "7290000000015"


class Item(NamedTuple):
    """One published row; price is text, as in the XML."""

    code: str
    price: str
    name: str = "חלב"
    weighted: str = "0"
    unit: str = "יחידה"


class Xml(NamedTuple):
    """One source XML of one store; at is yyyymmddHHMM in Israel."""

    store: str
    at: str
    items: Sequence[Item]
    legal_id: str = LEGAL_ID

    def name(self, kind: str) -> str:
        return f"{kind}{self.legal_id}-{self.store}-{self.at}.xml"


def prices_csv(kind: str, xmls: Sequence[Xml]) -> bytes:
    """The bytes of price_full_file (kind PriceFull) or price_file (kind Price)."""
    return write_csv([price_block(xml, kind) for xml in xmls])


def price_block(xml: Xml, kind: str) -> pl.DataFrame:
    columns: dict[str, list[str]] = {
        "found_folder": [FOLDER for _ in xml.items],
        "file_name": [xml.name(kind) for _ in xml.items],
        "chainid": [xml.legal_id for _ in xml.items],
        "storeid": [xml.store for _ in xml.items],
        "itemcode": [item.code for item in xml.items],
        "itemname": [item.name for item in xml.items],
        "unitqty": [item.unit for item in xml.items],
        "bisweighted": [item.weighted for item in xml.items],
        "itemprice": [item.price for item in xml.items],
        "itemstatus": ["1" for _ in xml.items],
        # Empty in each row, as some column is in each snapshot of today: so its mark stands in it.
        "lastsaledatetime": ["" for _ in xml.items],
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


class Promo(NamedTuple):
    """One published promotion of ITEMS; price is the total of `quantity` units."""

    code: str
    items: Sequence[str]
    price: str
    quantity: str = "1.00"
    club: str = "0"


def promotions_csv(kind: str, xmls: Sequence[tuple[str, str, Sequence[Promo]]]) -> bytes:
    """The bytes of promo_full_file (kind PromoFull) or promo_file; xmls: store, at, promotions."""
    blocks = []
    for store, at, promotions in xmls:
        rows = [
            {
                "found_folder": FOLDER,
                "file_name": f"{kind}{LEGAL_ID}-{store}-{at}.xml",
                "chainid": LEGAL_ID,
                "storeid": store,
                "promotionid": promotion.code,
                "promotiondescription": f"מבצע {promotion.code}",
                "promotionstartdate": "2026-01-01",
                "promotionstarthour": "00:00:00",
                "promotionenddate": "2026-12-31",
                "promotionendhour": "23:59:00",
                "rewardtype": "1",
                "minqty": promotion.quantity,
                "discountedprice": promotion.price,
                "maxqty": "",
                "promotionitems": json.dumps(
                    {"item": [{"itemcode": code} for code in promotion.items]}
                ),
                "clubs": json.dumps({"clubid": promotion.club}),
            }
            for promotion in promotions
        ]
        blocks.append(pl.DataFrame(rows))
    return write_csv(blocks)


def stores_csv(at: str, rows: Sequence[tuple[str, str, str]]) -> bytes:
    """The bytes of store_file; rows: code, name, city."""
    columns = {
        "found_folder": [FOLDER for _ in rows],
        "file_name": [f"Stores{LEGAL_ID}-000-{at}.xml" for _ in rows],
        "chainid": [LEGAL_ID for _ in rows],
        "chainname": ["אלפא" for _ in rows],
        "storeid": [code for code, _, _ in rows],
        "storetype": ["1" for _ in rows],
        "storename": [name for _, name, _ in rows],
        "city": [city for _, _, city in rows],
    }
    return write_csv([pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))])


def write_snapshot(folder: Path, files: dict[str, bytes]) -> Path:
    """Writes the files into a new folder and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


class Outcome(NamedTuple):
    """How a command ended; summary is its last line of output."""

    exit_code: int
    summary: dict[str, Any]
    stderr: str

    @classmethod
    def of(cls, exit_code: int, stdout: str, stderr: str) -> "Outcome":
        """What its output says."""
        last = stdout.strip().splitlines()[-1:] or ["{}"]
        return cls(exit_code, json.loads(last[0]) if last[0].startswith("{") else {}, stderr)


def refresh(database: str, source: Path, *options: str) -> Outcome:
    """Runs superzol-etl refresh as a user would."""
    command = [sys.executable, "-m", "superzol_etl", "refresh", "--source", str(source)]
    ended = subprocess.run(
        [*command, "--database", database, "--workers", "1", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome.of(ended.returncode, ended.stdout, ended.stderr)


def full(*items: Item, store: str = "001", at: str = "202606010600") -> Xml:
    return Xml(store, at, items)


class Chain:
    """Loads snapshots of the chain alpha, each a folder of its own."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database, self.folder, self.count = database, folder, 0

    def load(self, fulls: list[Xml], deltas: list[Xml] | None = None, *options: str) -> Outcome:
        files = {"price_full_file_alpha.csv": prices_csv("PriceFull", fulls)} if fulls else {}
        if deltas:
            files["price_file_alpha.csv"] = prices_csv("Price", deltas)
        return self.load_files(files, *options)

    def load_files(self, files: dict[str, bytes], *options: str) -> Outcome:
        self.count += 1
        return refresh(
            self.database, write_snapshot(self.folder / str(self.count), files), *options
        )
