"""Finds what is wrong with the URL of a database and to the driver looks like one that is away.

Server, schema and ETL, which never import each other, all have this file (tests/contract).
"""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
SYSTEM = "system"  # of sslrootcert: the certificates that the system trusts


class MissingFileError(Exception):
    """A file that the URL names is not there; the message names it, and nothing else of the URL."""


def check_url(url: str) -> None:
    """Raises ValueError for a port that is none, which the driver takes for another one, and
    MissingFileError for a certificate.
    """
    parts = urlsplit(url)
    _ = [urlsplit(f"//{host}").port for host in parts.netloc.rpartition("@")[2].split(",")]
    options = parse_qs(parts.query)
    for name in FILES:
        for path in options.get(name, []):
            if path != SYSTEM and not Path(path).is_file():
                raise MissingFileError(f"{path}, {name} in --database, is no file")
