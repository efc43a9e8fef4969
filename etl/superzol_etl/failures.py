"""Turns a failure into a sentence that says what to do and a code that says if to retry."""

from asyncio import CancelledError
from concurrent.futures.process import BrokenProcessPool

import asyncpg

from superzol_etl.errors import (
    EtlError,
    NotAllowed,
    PassingTrouble,
    WrongConfiguration,
)
from superzol_etl.stopping import STOPPED, Stopped

SCHEMA = "{error}: run superzol-schema upgrade first"
WENT_AWAY = "the database went away ({error}): run the same command again"
UNREACHED = (
    "no PostgreSQL answers ({error}): start it, `superzol up` runs one, or correct the host and"
    " port of --database"
)

# The first that fits counts: derived classes stand before those they derive from.
KNOWN: list[tuple[type[BaseException], type[EtlError], str]] = [
    (CancelledError, Stopped, STOPPED),
    (asyncpg.InvalidCatalogNameError, WrongConfiguration, "{error}: check --database"),
    (asyncpg.InvalidAuthorizationSpecificationError, NotAllowed, "{error}: check --database"),
    (asyncpg.InvalidParameterValueError, WrongConfiguration, SCHEMA),
    (asyncpg.InsufficientPrivilegeError, NotAllowed, "{error}: be a member of superzol_loader"),
    (asyncpg.UndefinedTableError, WrongConfiguration, SCHEMA),
    (asyncpg.UndefinedColumnError, WrongConfiguration, SCHEMA),
    (asyncpg.UndefinedFunctionError, WrongConfiguration, SCHEMA),
    (asyncpg.SequenceGeneratorLimitExceededError, WrongConfiguration, "{error}: no more stores"),
    (asyncpg.PostgresConnectionError, PassingTrouble, WENT_AWAY),
    (asyncpg.OperatorInterventionError, PassingTrouble, WENT_AWAY),
    (asyncpg.InsufficientResourcesError, PassingTrouble, "the database is full: {error}"),
    (asyncpg.DeadlockDetectedError, PassingTrouble, "{error}: run the same command again"),
    (asyncpg.InterfaceError, PassingTrouble, WENT_AWAY),
    (PermissionError, NotAllowed, "{error}: let this user read the source"),
    (BrokenProcessPool, PassingTrouble, "a worker was killed (out of memory?): run again"),
    (MemoryError, PassingTrouble, "out of memory: run again with fewer --workers"),
    (OSError, PassingTrouble, UNREACHED),
]


def explain(error: BaseException) -> EtlError:
    """The failure as one of ours; what nobody foresaw is a plain EtlError (exit 70)."""
    if isinstance(error, EtlError):
        return error
    for kind, ours, sentence in KNOWN:
        if isinstance(error, kind):
            return ours(sentence.format(error=str(error) or type(error).__name__))
    return EtlError(f"unforeseen: {type(error).__name__}: {error}")
