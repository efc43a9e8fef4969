"""Numbers of seconds that the environment names."""

import pytest

from superzol_etl.environment import read_settings
from superzol_etl.errors import WrongConfiguration
from superzol_etl.settings import (
    PATIENCE,
    SILENCE,
    read_patience_seconds,
    read_silence_seconds,
)


@pytest.mark.parametrize("told", ["-1", "nan", "inf", "a minute"])
def test_no_patience_is_taken_from_what_is_no_number_of_seconds(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv(PATIENCE, told)
    monkeypatch.setenv(SILENCE, told)
    with pytest.raises(WrongConfiguration, match=f"{PATIENCE}={told} is no number of seconds"):
        read_patience_seconds(60)
    with pytest.raises(WrongConfiguration, match=f"{SILENCE}={told} is no number of seconds"):
        read_silence_seconds()


def test_volumes_may_have_no_patience_and_a_database_needs_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PATIENCE, "0")
    monkeypatch.setenv(SILENCE, "0")
    assert read_patience_seconds(60) == 0
    with pytest.raises(WrongConfiguration, match="1 or more"):
        read_silence_seconds()


@pytest.mark.parametrize("name", ["TIMEOUT", "PACE", "PATIENCE", "WAIT"])
@pytest.mark.parametrize("told", ["inf", "nan", "-1", "soon"])
def test_a_source_is_not_waited_for_as_long_as_no_number_of_seconds_says(
    monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.setenv(f"SUPERZOL_SOURCE_{name}_SECONDS", told)
    with pytest.raises(WrongConfiguration, match=f"SUPERZOL_SOURCE_{name}_SECONDS: "):
        read_settings()
