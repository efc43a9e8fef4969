"""Tells the packs of a chain of which nothing new is observed, without reading their arrays."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from superzol_etl.database import Connection
from superzol_etl.load.diff import (
    NO_PRODUCTS,
    STORE_BITS,
    STORE_MASK,
    Offers,
    Standing,
    first_offers,
)
from superzol_etl.load.mixing import BATCH_OFFERS, SPREAD, Hashes, mix
from superzol_etl.load.sorting import Int64s
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
Flags = npt.NDArray[np.bool_]

STORE_SHIFT, PRICE_SHIFT = np.uint64(48), np.uint64(16)


class KnownPacks(NamedTuple):
    """The packs of a chain, sorted by product.

    hashes: of what they hold, of another meaning where nobody made one.
    """

    products: Int64s
    hashes: Hashes

    def unchanged(self, observed: Standing) -> Int64s:
        """The products that are observed as they stand, at all stores that offer them."""
        if not len(self.products) or not len(observed.key):
            return NO_PRODUCTS
        firsts = first_offers(observed)
        products = observed.key[firsts] >> STORE_BITS
        place = np.minimum(np.searchsorted(self.products, products), len(self.products) - 1)
        alike: Flags = self.products[place] == products
        alike &= self.hashes[place] == sum_hashes(observed, firsts)
        return products[alike]

    def others(self, unchanged: Int64s) -> Int64s:
        """The products of all other packs."""
        return np.setdiff1d(self.products, unchanged, assume_unique=True)


async def read_known_packs(connection: Connection, chain_key: int) -> KnownPacks:
    """Of all packs of the chain."""
    row = await connection.fetchrow(load_sql(PACKAGE, "read_pack_hashes"), chain_key)
    assert row is not None  # an aggregate always gives a row
    products = np.frombuffer(row["product_keys"] or b"", ">i4").astype(np.int64)
    versions = np.frombuffer(row["changed_versions"] or b"", ">i2")
    hashes = np.frombuffer(row["hashes"] or b"", ">u8").astype(np.uint64)
    order = np.argsort(products)
    return KnownPacks(products[order], (hashes - _of_version(versions))[order])


def content_hashes(offers: Offers, firsts: Int64s, version: int) -> Int64s:
    """What offer_pack.content_hash is to be of each product.

    The version is in it, so that one whose pack another program changed does not fit.
    """
    sums = sum_hashes(offers.standing, firsts) + _of_version(np.array([version]))
    return sums.view(np.int64)


def sum_hashes(offers: Standing, firsts: Int64s) -> Hashes:
    """For each product the sum over its offers; it is the same for others by chance alone."""
    hashes = (offers.key & STORE_MASK).astype(np.uint64) << STORE_SHIFT
    hashes |= offers.price.astype(np.uint64) << PRICE_SHIFT
    hashes |= offers.flags.view(np.uint16)
    hashes += SPREAD  # mixing leaves 0 as it is, and an offer is never nothing
    for start in range(0, len(hashes), BATCH_OFFERS):
        mix(hashes[start : start + BATCH_OFFERS])
    sums: Hashes = np.add.reduceat(hashes, firsts)
    return sums


def _of_version(versions: np.ndarray) -> Hashes:
    return versions.astype(np.uint64) * SPREAD
