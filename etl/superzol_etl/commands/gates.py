"""The thresholds of the gates, from the environment."""

import os
from typing import Any

from superzol_etl.clean.gates import Gates
from superzol_etl.errors import WrongConfiguration

PREFIX = "SUPERZOL_GATE_"
LEAST = {"SUPERZOL_GATE_JUMP_FACTOR": 1.01}  # by less, each price jumps that changes, or none does


def read_gates() -> Gates:
    """The gates: SUPERZOL_GATE_ and the name of a threshold in capitals, else the default.

    Raises WrongConfiguration that names the variable.
    """
    told = {name: os.environ.get(PREFIX + name.upper()) for name in Gates._fields}
    given: dict[str, Any] = {
        name: _read(PREFIX + name.upper(), text, type(Gates._field_defaults[name]))
        for name, text in told.items()
        if text
    }
    return Gates(**given)


def _read(variable: str, told: str, kind: type[int] | type[float]) -> float:
    try:
        value: float = kind(told)
    except ValueError:
        value = -1
    least = LEAST.get(variable, 0)
    if not least <= value < float("inf"):
        raise WrongConfiguration(f"{variable}={told} is no number of {least:g} or more")
    return value
