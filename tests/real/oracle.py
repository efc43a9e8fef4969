"""What the chains published, read from their XML alone: the independent side of the comparison."""

import gzip
import re
from collections import Counter
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lxml import etree

JERUSALEM = ZoneInfo("Asia/Jerusalem")
# The publisher's own names: folder of the downloaded XML, and slug of the CSV files made from it.
CHAIN_OF_FOLDER = {
    "FreshMarketAndSuperDosh": "fresh_market_and_super_dosh",
    "Keshet": "keshet",
    "KingStore": "king_store",
    "Maayan2000": "maayan_2000",
    "Mega": "mega",
    "RamiLevy": "rami_levy",
    "SuperPharm": "super_pharm",
    "Victory": "victory",
    "Wolt": "wolt",
    "ZolVeBegadol": "zol_vebegadol",
}
ITEM_TAGS = ("Item", "Product", "Line")
STORE_TAGS = ("Store", "Branch", "Line")
GTIN_LENGTHS = (8, 11, 12, 13, 14)
# Written as GTIN-13: number ranges that each company may use as it likes.
COMPANY_RANGES = ("2", "02", "04", "729000000")


# As the README of the sample counts them: what a chain writes when it has nothing to say.
PLACEHOLDERS = {"", "0", "unknown", "{}"}


class Offer(NamedTuple):
    """One item as a store published it; no price when its XML was cut off before it."""

    published_code: str
    price_agorot: int | None
    weighted: bool
    name: str
    quantity: str
    unit: str
    base: str
    country: str


class PriceFile(NamedTuple):
    """A price file of one store; offers: the last row of each item; cut: its end is missing."""

    file: str
    chain_id: str
    store_code: str
    observed_time: datetime
    cut: bool
    rows: int
    repeated: frozenset[str]
    offers: dict[str, Offer]


class Branch(NamedTuple):
    """A store as a stores file describes it."""

    file: str
    chain_id: str
    code: str
    name: str
    address: str
    city: str


def read_price_files(raw_xml: Path) -> list[PriceFile]:
    """Reads every Price and PriceFull file below the folder."""
    return [_read_price_file(path) for path in sorted(raw_xml.glob("*/Price*.xml.gz"))]


def read_branches(raw_xml: Path) -> list[Branch]:
    """Reads every Stores file below the folder."""
    paths = sorted(raw_xml.glob("*/Stores*.xml.gz"))
    return [branch for path in paths for branch in _read_stores_file(path)]


def read_root(path: Path) -> etree._Element:
    """The root of a packed XML in any of the chains' encodings, as far as it is whole."""
    return _parse(_decode(gzip.decompress(path.read_bytes())))


def strip_zeros(code: str) -> str:
    """A code without leading zeros, as store and item codes are compared."""
    return code.strip().lstrip("0") or "0"


def product_id(chain_id: str, published_code: str) -> str:
    """The identifier that the API documents for an item code of a chain."""
    code = strip_zeros(published_code)
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(reversed(code)))
    is_short = len(code) < 8 or (len(code) == 8 and code[0] == "2")
    is_company_range = len(code) > 8 and code.zfill(13)[-13:].startswith(COMPANY_RANGES)
    is_variable_measure = len(code) == 14 and code[0] == "9"
    restricted = is_short or is_company_range or is_variable_measure
    is_gtin = len(published_code) in GTIN_LENGTHS and total % 10 == 0 and not restricted
    return code if is_gtin else f"{chain_id}:{code}"


def agorot(shekels: str) -> int:
    """Shekels as published, in agorot, rounded half up."""
    return int((Decimal(shekels) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def observed_time(file: str) -> datetime:
    """The time in the name of a price file, as the clock in Israel showed it."""
    stamp = re.search(r"-(\d{12})(?:\d{2})?(?=[.-])", file)
    if stamp is None:
        raise ValueError(f"no time in the file name {file}")
    return datetime.strptime(stamp.group(1), "%Y%m%d%H%M").replace(tzinfo=JERUSALEM)


def strip_chain(product_id: str) -> str:
    """The item code in a product_id."""
    return product_id.rpartition(":")[2]


def in_one_line(text: str) -> str:
    """A text as people are shown it; Victory writes a byte of Windows where a dash should be."""
    return " ".join(text.replace("\x96", " ").split())


def shown(text: str) -> str:
    """A text as the API shows it: in one line, empty for a placeholder."""
    return "" if in_one_line(text) in PLACEHOLDERS else in_one_line(text)


def _read_price_file(path: Path) -> PriceFile:
    text = _decode(gzip.decompress(path.read_bytes()))
    root = _parse(text)
    offers: dict[str, Offer] = {}
    codes: list[str] = []
    for item in root.iter(*ITEM_TAGS):
        texts = _texts(item)
        if "itemcode" not in texts:
            continue
        codes.append(strip_zeros(texts["itemcode"]))
        offers[codes[-1]] = Offer(
            texts["itemcode"],
            agorot(texts["itemprice"]) if "itemprice" in texts else None,
            (texts.get("bisweighted") or texts.get("blsweighted") or "0") == "1",
            texts.get("itemname") or texts.get("itemnm") or "",
            texts.get("quantity", "").strip(),
            texts.get("unitqty", "").strip(),
            (texts.get("unitofmeasure") or texts.get("unitmeasure") or "").strip(),
            texts.get("manufacturecountry", "").strip(),
        )
    store = next(node.text or "" for node in root.iter() if str(node.tag).lower() == "storeid")
    file = path.name.removesuffix(".gz")
    return PriceFile(
        file,
        CHAIN_OF_FOLDER[path.parent.name],
        strip_zeros(store),
        observed_time(file),
        not text.rstrip().endswith(f"</{root.tag!s}>"),
        len(codes),
        frozenset(code for code, count in Counter(codes).items() if count > 1),
        offers,
    )


def _read_stores_file(path: Path) -> list[Branch]:
    branches = []
    text = _decode(gzip.decompress(path.read_bytes()))
    for store in _parse(text).iter(*STORE_TAGS):
        texts = _texts(store)
        if "storeid" not in texts:
            continue
        branches.append(
            Branch(
                path.name.removesuffix(".gz"),
                CHAIN_OF_FOLDER[path.parent.name],
                strip_zeros(texts["storeid"]),
                texts.get("storename", ""),
                texts.get("address", ""),
                texts.get("city", ""),
            )
        )
    return branches


def _texts(element: etree._Element) -> dict[str, str]:
    return {str(child.tag).lower(): child.text or "" for child in element}


def _parse(text: str) -> etree._Element:
    declaration = re.match(r"\s*<\?xml[^>]*\?>", text)
    body = text[declaration.end() :] if declaration else text
    parser = etree.XMLParser(recover=True, encoding="utf-8", huge_tree=True)
    return etree.fromstring(body.encode(), parser)


def _decode(content: bytes) -> str:
    if content[1:2] == b"\0":
        return content.decode("utf-16-le")
    try:
        # Some declare ISO-8859-8 and are UTF-8; the end may be cut within a character.
        return content[: content.rindex(b">") + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("iso-8859-8")
