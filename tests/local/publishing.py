"""Reads what the sample publishes."""

import csv
from pathlib import Path


def read(path: Path) -> list[dict[str, str]]:
    """Reads a file by the publisher's rule; a bare CR, which the csv module refuses, is a blank."""
    text = path.read_bytes().decode().replace("\r\n", "\n").replace("\r", " ")
    header, *masked = csv.reader(text.splitlines())
    above, filled = [""] * len(header), []
    for row in masked:
        above = [cell or old for cell, old in zip(row, above, strict=True)]
        filled.append(dict(zip(header, above, strict=True)))
    return filled
