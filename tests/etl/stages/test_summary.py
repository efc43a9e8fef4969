"""The exit code of a run is that of the failure a retry may heal, before those for good."""

import pytest

from superzol_etl.errors import (
    BadData,
    EtlError,
    NotAllowed,
    NotFound,
    PassingTrouble,
    UsageError,
    WrongConfiguration,
)
from superzol_etl.records import ChainResult, ChainState
from superzol_etl.stages.summary import Summary, judge, sum_up


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [
        ([EtlError, PassingTrouble], 75),
        ([PassingTrouble, EtlError, BadData], 75),
        ([EtlError, WrongConfiguration], 70),
        ([BadData, WrongConfiguration], 78),
        ([NotFound, NotAllowed], 77),
        ([UsageError], 64),
    ],
)
def test_what_may_pass_counts_before_what_will_not(
    kinds: list[type[EtlError]], chosen: int
) -> None:
    assert sum_up([kind("a reason") for kind in kinds], "all").exit_code == chosen


def failed(chain_id: str, failure: EtlError) -> ChainResult:
    problem = f"{chain_id}: {failure}"
    return ChainResult(chain_id, ChainState.FAILED, (problem,), failure=failure)


def test_one_chain_failing_with_70_and_another_with_75_is_tried_again_and_names_both() -> None:
    summary = Summary(1, "d")
    summary.add(failed("alpha", EtlError("failed")))
    summary.add(failed("beta", PassingTrouble("full", reason="NoSpace")))
    with pytest.raises(PassingTrouble, match="alpha: failed; beta: full") as told:
        judge(summary)
    assert told.value.reason == "NoSpace"


def test_a_shard_may_hold_back_all_its_chains_but_a_whole_load_may_not() -> None:
    summary = Summary(1, "d")
    summary.add(ChainResult("alpha", ChainState.HELD_BACK, ("a reason",)))
    judge(summary, is_part=True)
    assert summary.as_dict()["result"] == "Partial"
    with pytest.raises(BadData, match="no chain of version 1 could be loaded: a reason"):
        judge(summary)
