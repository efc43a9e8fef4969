"""What names say: a CSV's kind and chain, a source XML's time, a store's number."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from superzol_etl.clean.windows import ISRAEL
from superzol_etl.records import FileKind

KINDS = "|".join(sorted(FileKind, key=len, reverse=True))
CSV_NAME = re.compile(rf"(?P<kind>{KINDS})_(?P<slug>[a-z0-9][a-z0-9_]*)\.csv")
# The last date of the name counts: yyyymmddHHMM[SS], or yyyymmdd-HHMM[SS] in five-part names.
TIME = re.compile(r"-(20\d{6})-?([0-2]\d[0-5]\d)([0-5]\d)?(?=[-.]|$)")


class CsvName(NamedTuple):
    """What the name of a CSV says; slug is as written, chain_id without _new_source."""

    kind: FileKind
    slug: str
    chain_id: str


def parse_csv_name(name: str) -> CsvName | None:
    """Reads `<kind>_<slug>.csv`; None when the name is not of that form."""
    match = CSV_NAME.fullmatch(name)
    if match is None:
        return None
    slug = match["slug"]
    return CsvName(FileKind(match["kind"]), slug, slug.removesuffix("_new_source"))


def published_at(source_file: str) -> datetime | None:
    """When a source XML was published, in UTC.

    None when its name has no time, which the order of files needs.
    Names are in Israeli local time; the hour that occurs twice in October is taken as the first.
    """
    times = TIME.findall(source_file)
    if not times:
        return None
    day, minute, second = times[-1]
    try:
        local = datetime.strptime(day + minute + (second or "00"), "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return local.replace(tzinfo=ISRAEL).astimezone(UTC)


def store_code(cell: str) -> str | None:
    """The store number without blanks and leading zeros; None when it is missing or no number."""
    code = cell.strip()
    if not re.fullmatch(r"[0-9A-Za-z]{1,20}", code):
        return None
    return code.lstrip("0") or "0"
