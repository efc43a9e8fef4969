"""Turns a failure into a sentence that says what to do and a code that says if to retry."""

from asyncio import CancelledError
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import asyncpg

from superzol_etl.database import READ_ONLY
from superzol_etl.errors import (
    EtlError,
    NotAllowed,
    PassingTrouble,
    WrongConfiguration,
)
from superzol_etl.stopping import STOPPED, Stopped
from superzol_etl.volume.layout import told_of_disk

SCHEMA = "{error}: run superzol-schema upgrade first"
WENT_AWAY = "the database went away ({error}): run the same command again"
AGAIN = "{error}: run the same command again"
NO_SUCH_SERVER = "{error}: run again when a server is as target_session_attrs of --database asks"
NO_ROOM = "the database has no room left ({error}): make some, then run the same command again"
NO_MORE_STORES = "{error}: a database numbers 32,767 stores; load the other chains into another one"
DISK_FAILS = "the database's own disk fails ({error}): mend it, then run the same command again"

# The first that fits counts: derived classes stand before those they derive from.
KNOWN: list[tuple[type[BaseException], type[EtlError], str]] = [
    (CancelledError, Stopped, STOPPED),
    (asyncpg.InvalidCatalogNameError, WrongConfiguration, "{error}: check --database"),
    (asyncpg.InvalidAuthorizationSpecificationError, NotAllowed, "{error}: check --database"),
    (asyncpg.InvalidParameterValueError, WrongConfiguration, SCHEMA),
    (asyncpg.InsufficientPrivilegeError, NotAllowed, "{error}: be a member of superzol_loader"),
    # The driver sends on what it does not know of a URL, such as connect_timeout.
    (asyncpg.UndefinedObjectError, WrongConfiguration, "{error}: take it out of --database"),
    (asyncpg.UndefinedTableError, WrongConfiguration, SCHEMA),
    (asyncpg.UndefinedColumnError, WrongConfiguration, SCHEMA),
    (asyncpg.UndefinedFunctionError, WrongConfiguration, SCHEMA),
    (asyncpg.SequenceGeneratorLimitExceededError, WrongConfiguration, NO_MORE_STORES),
    (asyncpg.PostgresConnectionError, PassingTrouble, WENT_AWAY),
    (asyncpg.QueryCanceledError, PassingTrouble, AGAIN),
    (asyncpg.OperatorInterventionError, PassingTrouble, WENT_AWAY),
    (asyncpg.TooManyConnectionsError, PassingTrouble, AGAIN),
    (asyncpg.InsufficientResourcesError, PassingTrouble, NO_ROOM),
    (asyncpg.PostgresSystemError, PassingTrouble, DISK_FAILS),
    (asyncpg.LockNotAvailableError, PassingTrouble, AGAIN),
    (asyncpg.IdleInTransactionSessionTimeoutError, PassingTrouble, WENT_AWAY),
    # Of a standby, which may be promoted, the connection tells: database.refused_writes_told.
    (asyncpg.ReadOnlySQLTransactionError, WrongConfiguration, READ_ONLY),
    (asyncpg.TransactionRollbackError, PassingTrouble, AGAIN),
    (asyncpg.InterfaceError, PassingTrouble, WENT_AWAY),
    (asyncpg.TargetServerAttributeNotMatched, PassingTrouble, NO_SUCH_SERVER),
    # The driver's word for a connection that was told to end and is not hung up yet.
    (asyncpg.InternalClientError, PassingTrouble, WENT_AWAY),
    (BrokenProcessPool, PassingTrouble, "a worker was killed (out of memory?): run again"),
    (MemoryError, PassingTrouble, "out of memory: run again with fewer --workers"),
    (ConnectionError, PassingTrouble, WENT_AWAY),
]


def explain(error: BaseException) -> EtlError:
    """The failure as one of ours; what nobody foresaw is a plain EtlError (exit 70)."""
    if isinstance(error, EtlError):
        return error
    if isinstance(error, BaseExceptionGroup):
        return _worst([explain(each) for each in error.exceptions])
    if isinstance(error, asyncpg.InterfaceError) and (cause := _hidden(error)):
        return cause
    for kind, ours, sentence in KNOWN:
        if isinstance(error, kind):
            return ours(sentence.format(error=str(error) or type(error).__name__))
    if isinstance(error, OSError):
        return told_of_disk(Path(error.filename or "the disk"), error)
    return EtlError(f"unforeseen: {type(error).__name__}: {error}")


def _hidden(error: asyncpg.InterfaceError) -> EtlError | None:
    """What ended the connection, where all that a transaction says is that it cannot be left."""
    if not isinstance(error.__context__, asyncpg.PostgresError):
        return None
    told = explain(error.__context__)
    return told if isinstance(told, PassingTrouble) else None


def _worst(failures: list[EtlError]) -> EtlError:
    """What to tell of work whose parts failed: a part that fails for good comes first."""
    for_good = (each for each in failures if not isinstance(each, PassingTrouble))
    return next(for_good, failures[0])
