"""Turns any failure into a sentence that says what to do and an exit code that says whether to try again."""

from concurrent.futures.process import BrokenProcessPool

import asyncpg

from superzol_etl.errors import (
    EtlError,
    NotAllowed,
    PassingTrouble,
    WrongConfiguration,
)


def explain(error: BaseException) -> EtlError:
    """The failure as one of ours; what nobody foresaw is a plain EtlError (exit 70)."""
    match error:
        case EtlError():
            return error
        case asyncpg.ClientConfigurationError():
            return WrongConfiguration(f"--database is no URL of PostgreSQL: {error}")
        case asyncpg.InvalidCatalogNameError():
            return WrongConfiguration(f"{error}: create it first, or check the name in --database")
        case asyncpg.InvalidAuthorizationSpecificationError():
            return NotAllowed(f"{error}: check user and password in --database")
        case asyncpg.InvalidParameterValueError() if "role" in str(error):
            return WrongConfiguration(f"{error}: run superzol-schema upgrade first")
        case asyncpg.InsufficientPrivilegeError():
            return NotAllowed(f"{error}: connect as a member of superzol_loader")
        case (
            asyncpg.UndefinedTableError()
            | asyncpg.UndefinedColumnError()
            | asyncpg.UndefinedFunctionError()
        ):
            return WrongConfiguration(f"{error}: run superzol-schema upgrade first")
        case asyncpg.SequenceGeneratorLimitExceededError():
            return WrongConfiguration(
                f"{error}: the database holds at most 32,767 stores and chains"
            )
        case asyncpg.PostgresConnectionError() | asyncpg.OperatorInterventionError():
            return PassingTrouble(f"the database went away ({error}): run the same command again")
        case asyncpg.InsufficientResourcesError():
            return PassingTrouble(f"the database lacks room or connections ({error}): try again")
        case PermissionError():
            return NotAllowed(f"{error}: let this user read the source")
        case TimeoutError() | ConnectionError() | OSError():
            return PassingTrouble(
                f"{_told(error)}: is the database running, are host and port right?"
            )
        case BrokenProcessPool() | MemoryError():
            return PassingTrouble(
                "a worker was killed (out of memory?): run the same command again"
            )
        case asyncpg.InterfaceError():
            return PassingTrouble(f"the database went away ({error}): run the same command again")
        case _:
            return EtlError(f"unforeseen: {type(error).__name__}: {error}")


def _told(error: BaseException) -> str:
    return str(error) or type(error).__name__
