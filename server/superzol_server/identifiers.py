"""Reads identifiers as people and scanners write them, and returns the one form the tables hold."""

import re
import unicodedata
from typing import NamedTuple

from superzol_server.errors import InvalidRequest

LONGEST_GTIN = 14
DIGITS = re.compile(r"[0-9]+")
# Hyphens and dashes, the maqaf too, and the marks of direction that text copied from a page holds.
SEPARATORS = frozenset({"Pd", "Cf"})
WITHIN_CHAIN = re.compile(r"([a-z0-9_]{1,100}):([^:\s]{1,50})")


class Barcode(NamedTuple):
    """gtin has no leading zeros. restricted: its range names different goods in each company."""

    gtin: str
    check_digit_valid: bool
    restricted: bool


def read_product_id(text: str, field: str = "product_id") -> str:
    """Returns the identifier of a product: a GTIN in any writing, or chain:code."""
    if DIGITS.fullmatch(text):
        gtin = text.lstrip("0")
        if gtin and len(gtin) <= LONGEST_GTIN and is_check_digit_right(gtin):
            return gtin
        raise InvalidRequest(
            field,
            f"{shown(text)} is no GTIN (at most 14 digits, the last of them a check digit); "
            "write an internal code with its chain, such as rami_levy:12",
            "PRODUCT_ID_INVALID",
        )
    identifier = read_within_chain(text)
    if identifier is None:
        raise InvalidRequest(
            field,
            f"{shown(text)} is neither a GTIN, such as 7290004131074, nor a chain and its internal "
            "code, such as rami_levy:12",
            "PRODUCT_ID_INVALID",
        )
    return identifier


def read_store_id(text: str, field: str = "store_id") -> str:
    """Returns the identifier of a store, written chain:code."""
    identifier = read_within_chain(text)
    if identifier is None:
        raise InvalidRequest(
            field,
            f"{shown(text)} is not a chain and a store's code, such as rami_levy:39",
            "STORE_ID_INVALID",
        )
    return identifier


def read_within_chain(text: str) -> str | None:
    """Returns chain:code with no leading zeros in the code; None when it is not written so."""
    parts = WITHIN_CHAIN.fullmatch(text)
    return f"{parts[1]}:{parts[2].lstrip('0') or '0'}" if parts else None


def read_barcode(text: str, field: str = "barcode") -> Barcode:
    """Reads a barcode as scanned, typed or copied: only its digits matter."""
    digits = "".join(
        letter
        for letter in text
        if not letter.isspace() and unicodedata.category(letter) not in SEPARATORS
    )
    gtin = digits.lstrip("0")
    if not DIGITS.fullmatch(digits) or not gtin:
        raise InvalidRequest(
            field, f"{shown(text)} must be digits, not all of them 0", "BARCODE_INVALID"
        )
    if len(gtin) > LONGEST_GTIN:
        raise InvalidRequest(
            field, f"{shown(text)} has more than 14 digits after its zeros", "BARCODE_INVALID"
        )
    return Barcode(gtin, is_check_digit_right(gtin), is_restricted(gtin))


def is_check_digit_right(digits: str) -> bool:
    """Tells whether the last digit checks the others: weights 3 and 1 from the right (GS1)."""
    weighted = sum(
        int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))
    )
    return weighted % 10 == 0


def is_restricted(gtin: str) -> bool:
    """Tells whether a number without leading zeros is for use within one company only.

    GTIN-8 beginning 0 or 2, GTIN-13 beginning 2, 02, 04 or 729000000, GTIN-14 beginning 9.
    """
    if len(gtin) <= 8:
        return len(gtin) < 8 or gtin[0] == "2"
    if len(gtin) == LONGEST_GTIN and gtin[0] == "9":
        return True
    return gtin[-13:].zfill(13).startswith(("2", "02", "04", "729000000"))


def shown(text: str) -> str:
    """Returns a text of the caller as a message shows it: quoted, never long, nothing unseen."""
    seen = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text[:50])
    return f'"{seen}"' if len(text) <= 50 else f'"{seen}…"'
