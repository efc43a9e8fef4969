"""How a store sells, and where its web shop is, as its description tells."""

import re
from typing import NamedTuple

UNKNOWN, PHYSICAL, ONLINE, BOTH = range(4)

SITE = re.compile(r"(?:https?://|www\.)[^\s,]+", re.IGNORECASE)
ONLINE_WORDS = re.compile(r"אונליין|און ליין|אינטרנט|\bonline\b", re.IGNORECASE)
NO_STREET = re.compile(r"[\s,.\-0]*")


class Place(NamedTuple):
    """kind: as in store.kind. online_url: as published, None where there is none."""

    kind: int
    online_url: str | None


def read_place(published_kind: int, name: str | None, address: str | None) -> Place:
    """A store whose address is only a site is a web shop, even where its chain calls it a shop.

    Without a published kind the name tells; nobody writes that a store is one to walk into.
    """
    site = SITE.search(address or "")
    url = site[0].rstrip(".") if site else None
    has_street = not NO_STREET.fullmatch(SITE.sub("", address or ""))
    if url and not has_street and published_kind != BOTH:
        return Place(ONLINE, url)
    if published_kind == UNKNOWN and ONLINE_WORDS.search(name or ""):
        return Place(ONLINE, url)
    return Place(published_kind, url)
