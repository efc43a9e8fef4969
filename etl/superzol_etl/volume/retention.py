"""The rule which versions make room; it looks at nothing but what it is given."""

from collections.abc import Iterable
from typing import NamedTuple

from superzol_etl.volume.layout import VersionPlace

KEEP_VERSIONS = 3  # a day to compare with, and one more in case the newest is bad
KEEP_ARCHIVES = 30


class Keeping(NamedTuple):
    """How much is kept: raw folders of the newest versions, and archives of those before.

    archives 0: nothing is archived, a raw folder just goes. age_seconds: how long at most a version
    that is not the newest stays; None: as long as it is one of the newest few.
    """

    versions: int = KEEP_VERSIONS
    archives: int = KEEP_ARCHIVES
    age_seconds: int | None = None


class Standing(NamedTuple):
    """Where a whole version stands. is_good: it was loaded and published. is_in_use: it is read.

    age_seconds: since it was fetched.
    """

    place: VersionPlace
    is_good: bool
    is_in_use: bool
    age_seconds: float = 0.0


def choose_old(standings: Iterable[Standing], keeping: Keeping) -> list[VersionPlace]:
    """The versions whose raw folder may go, oldest first.

    The newest stays, the newest good one, what is in use, and the newest few unless too old.
    """
    by_number = sorted(standings, key=lambda each: (each.place.version, each.place.day))
    few = by_number[max(0, len(by_number) - keeping.versions) :]
    newest = {each.place for each in few[:-1] if not _is_too_old(each, keeping)}
    newest |= {each.place for each in few[-1:]}
    good = [each.place for each in by_number if each.is_good][-1:]
    return [
        each.place
        for each in by_number
        if each.place not in newest and each.place not in good and not each.is_in_use
    ]


def _is_too_old(standing: Standing, keeping: Keeping) -> bool:
    return keeping.age_seconds is not None and standing.age_seconds > keeping.age_seconds
