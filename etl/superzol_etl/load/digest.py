"""The content digest of a chain's version: what it offers, whatever the order and the surrogates.

The hashes of all offers, added up in two lanes of 64 bits. It tells loads apart that went
differently; it is no proof against someone who makes two contents alike on purpose.
"""

from collections.abc import Mapping
from hashlib import blake2b

import numpy as np

from superzol_etl.database import Connection
from superzol_etl.load.diff import STORE_BITS, STORE_MASK, Int16s, Offers, Standing, first_offers
from superzol_etl.load.mixing import BATCH_OFFERS, SPREAD, Hashes, mix
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
LANES = 2


async def missing_ids(
    connection: Connection, offers: Offers | Standing, product_ids: Mapping[int, str]
) -> dict[int, str]:
    """The identifiers of the products that the offers have and `product_ids` lacks."""
    products = offers.key[first_offers(offers)] >> STORE_BITS
    known = np.fromiter(product_ids, np.int64, len(product_ids))
    missing = np.setdiff1d(products, known, assume_unique=True).tolist()
    rows = await connection.fetch(load_sql(PACKAGE, "find_product_ids"), missing) if missing else []
    return {row["product_key"]: row["product_id"] for row in rows}


def content_digest(
    offers: Offers | Standing, product_ids: Mapping[int, str], store_codes: Mapping[int, str]
) -> str:
    """Of store code, product_id, price and flags of each offer, in hex; offers: sorted by key.

    product_ids, store_codes: by their keys. The version since which a price stands is left out: an
    installation that began later knows another.
    """
    firsts = first_offers(offers)
    number = np.repeat(np.arange(len(firsts)), np.diff(firsts, append=len(offers.key)))
    product_keys = (offers.key[firsts] >> STORE_BITS).tolist()
    products = _hashes([product_ids[key] for key in product_keys], b"product")
    stores = np.zeros((LANES, STORE_MASK + 1), np.uint64)
    stores[:, list(store_codes)] = _hashes(list(store_codes.values()), b"store")
    sums = [0] * LANES
    for start in range(0, len(number), BATCH_OFFERS):
        batch = slice(start, start + BATCH_OFFERS)
        store = offers.key[batch] & STORE_MASK
        terms = offers.price[batch].astype(np.uint64) << np.uint64(16)
        terms |= offers.flags[batch].view(np.uint16)
        terms *= SPREAD
        for lane in range(LANES):
            mixed = mix(products[lane, number[batch]] + stores[lane, store] + terms)
            sums[lane] += int(mixed.sum(dtype=np.uint64))
    return "".join(f"{total % 2**64:016x}" for total in sums)


async def shift_digests(
    connection: Connection, chain_key: int, first: int, offers: Offers, until: Int16s, *, gone: bool
) -> None:
    """Says of loaded versions from `first` on that they hold these offers too, or no more.

    until: the version before which each offer counts. The digest is a sum, so nothing else is read.
    """
    versions = await connection.fetch(load_sql(PACKAGE, "read_content_digests"), chain_key, first)
    if not versions or not len(offers.key):
        return
    ids = await missing_ids(connection, offers, {})
    stores = await connection.fetch(load_sql(PACKAGE, "read_stores"), chain_key)
    codes = {row["store_key"]: row["code"] for row in stores}
    shifted = []
    for row in versions:
        part = content_digest(offers.where(until > row["version"]), ids, codes)
        shifted.append(_add(row["content_digest"], part, -1 if gone else 1))
    numbers = [row["version"] for row in versions]
    await connection.execute(
        load_sql(PACKAGE, "update_content_digests"), chain_key, numbers, shifted
    )


def _add(digest: str, other: str, sign: int) -> str:
    lanes = (slice(at, at + 16) for at in range(0, 16 * LANES, 16))
    sums = (int(digest[lane], 16) + sign * int(other[lane], 16) for lane in lanes)
    return "".join(f"{total % 2**64:016x}" for total in sums)


def _hashes(texts: list[str], person: bytes) -> Hashes:
    """A row for each lane, a column for each text."""
    data = b"".join(
        blake2b(text.encode(), digest_size=8 * LANES, person=person).digest() for text in texts
    )
    return np.frombuffer(data, "<u8").reshape(-1, LANES).T.astype(np.uint64)
