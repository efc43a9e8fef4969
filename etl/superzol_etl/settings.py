"""Defaults and limits of the command line."""

import contextlib
import os
from math import inf

from superzol_etl.errors import WrongConfiguration

# More than three workers gained nothing on four cores: Postgres takes the rest (measured).
DEFAULT_WORKERS = max(1, min(3, (os.cpu_count() or 1) - 1))
DEFAULT_DATASET = "israeli-supermarkets"
MAX_VERSION = 32_766  # versions are int2, and a span ends before the next one
MAX_SHARDS = 256  # of the operator; there are some 40 chains
IDENTIFIER = r"[a-z0-9]+(-[a-z0-9]+)*"  # of a dataset, as in israeli-supermarkets
RUN_ID = r"[A-Za-z0-9._-]{1,100}"
# Not SUPERZOL_KEEP_VERSIONS, which lets raw files go: prices would go with them.
KEPT = "SUPERZOL_KEEP_HISTORY"  # unset: all; a year of a nation is 8 GB of spans

# How long files of a volume, or runs that read them, are waited for.
PATIENCE = "SUPERZOL_VOLUME_PATIENCE_SECONDS"

# How long a server of PostgreSQL that answers nobody is waited for. It may stand still for minutes
# while its disk writes what was kept back, or its machine is moved.
SILENCE = "SUPERZOL_DATABASE_SILENCE_SECONDS"
DEFAULT_SILENCE_SECONDS = 600.0


def read_patience_seconds(default_seconds: float) -> float:
    """How long to wait for others at a volume, as the environment says it.

    Raises WrongConfiguration that names the variable.
    """
    return _read_seconds(PATIENCE, default_seconds, 0)


def read_silence_seconds() -> float:
    """How long to wait for a server that answers nobody, as the environment says it.

    Raises WrongConfiguration that names the variable.
    """
    return _read_seconds(SILENCE, DEFAULT_SILENCE_SECONDS, 1)


def _read_seconds(name: str, default_seconds: float, least: int) -> float:
    told = os.environ.get(name, "")
    with contextlib.suppress(ValueError):
        seconds = float(told or default_seconds)
        if least <= seconds < inf:  # which nan is not: it would be waited for without an end
            return seconds
    raise WrongConfiguration(f"{name}={told} is no number of seconds, {least} or more")


def read_kept_versions() -> int | None:
    """How many versions to keep prices of, as the environment says; None for all.

    Raises WrongConfiguration that names the variable.
    """
    told = os.environ.get(KEPT, "")
    if told and not (told.isascii() and told.isdigit() and int(told) > 0):
        raise WrongConfiguration(f"{KEPT}={told} is no number of versions, 1 or more")
    return int(told) if told else None
