"""Thresholds of the gates that are none are refused by name."""

import pytest

from superzol_etl.commands.gates import read_gates
from superzol_etl.errors import WrongConfiguration


@pytest.mark.parametrize("told", ["0", "1", "0.5", "-3", "nan", "inf", "three"])
def test_a_factor_by_which_nothing_jumps_or_all_does_is_refused(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv("SUPERZOL_GATE_JUMP_FACTOR", told)
    with pytest.raises(WrongConfiguration, match=f"SUPERZOL_GATE_JUMP_FACTOR={told} is no number"):
        read_gates()


def test_a_share_of_nothing_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERZOL_GATE_MAX_REJECTED_PERCENT", "0")
    assert read_gates().max_rejected_percent == 0
