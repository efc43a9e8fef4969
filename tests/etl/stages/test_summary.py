"""The exit code of a run is that of the failure a retry may heal, before those for good."""

import pytest

from superzol_etl.errors import BadData, EtlError, PassingTrouble
from superzol_etl.records import ChainResult, ChainState
from superzol_etl.stages.summary import Summary, choose_code, judge


@pytest.mark.parametrize(
    ("codes", "chosen"),
    [
        ([70, 75], 75),
        ([75, 70, 65], 75),
        ([70, 78], 70),
        ([65, 78], 78),
        ([66, 77], 77),
        ([64], 64),
    ],
)
def test_what_may_pass_counts_before_what_will_not(codes: list[int], chosen: int) -> None:
    assert choose_code(codes) == chosen


def failed(chain_id: str, exit_code: int) -> ChainResult:
    problem = f"{chain_id}: failed"
    return ChainResult(chain_id, ChainState.FAILED, (problem,), exit_code=exit_code)


def test_one_chain_failing_with_70_and_another_with_75_is_tried_again_and_names_both() -> None:
    summary = Summary(1, "d")
    summary.add(failed("alpha", EtlError.exit_code))
    summary.add(failed("beta", PassingTrouble.exit_code))
    with pytest.raises(PassingTrouble, match="alpha: failed; beta: failed"):
        judge(summary)


def test_a_shard_may_hold_back_all_its_chains_but_a_whole_load_may_not() -> None:
    summary = Summary(1, "d")
    summary.add(ChainResult("alpha", ChainState.HELD_BACK, ("a reason",)))
    judge(summary, is_part=True)
    assert summary.as_dict()["result"] == "Partial"
    with pytest.raises(BadData, match="no chain of version 1 could be loaded: a reason"):
        judge(summary)
