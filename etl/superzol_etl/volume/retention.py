"""The rule which versions make room; it looks at nothing but what it is given."""

from collections.abc import Iterable
from typing import NamedTuple

from superzol_etl.volume.layout import VersionPlace

KEEP_VERSIONS = 3  # a day to compare with, and one more in case the newest is bad
KEEP_ARCHIVES = 30


class Keeping(NamedTuple):
    """How much is kept: raw folders of the newest versions, and archives of those before.

    archives 0: nothing is archived, a raw folder just goes.
    """

    versions: int = KEEP_VERSIONS
    archives: int = KEEP_ARCHIVES


class Standing(NamedTuple):
    """Where a whole version stands. is_good: it was loaded and published. is_in_use: it is read."""

    place: VersionPlace
    is_good: bool
    is_in_use: bool


def choose_old(standings: Iterable[Standing], keeping: Keeping) -> list[VersionPlace]:
    """The versions whose raw folder may go, oldest first.

    The newest few stay, the newest good one, and what is in use.
    """
    by_number = sorted(standings, key=lambda each: (each.place.version, each.place.day))
    newest = {each.place for each in by_number[max(0, len(by_number) - keeping.versions) :]}
    good = [each.place for each in by_number if each.is_good][-1:]
    return [
        each.place
        for each in by_number
        if each.place not in newest and each.place not in good and not each.is_in_use
    ]
