"""What a load did: its report, and the failure it ends with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from superzol_etl.errors import (
    BadData,
    EtlError,
    NotAllowed,
    NotFound,
    PassingTrouble,
    UsageError,
    WrongConfiguration,
)
from superzol_etl.records import ChainResult, ChainState, Era, store_ids
from superzol_etl.snapshot import NOT_READ

# Where chains failed in several ways, the first of these counts: those that a retry may heal.
BY_HOPE = (
    PassingTrouble, EtlError, WrongConfiguration, NotAllowed, NotFound, BadData, UsageError,
)  # fmt: skip


@dataclass(slots=True)
class Summary:
    """What a load did; as_dict is the last line of its output.

    ignored: the names of CSVs that were not read, as they say no kind or are no files.
    """

    version: int
    digest: str
    results: list[ChainResult] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    ignored: Sequence[str] = ()
    done_before: int = 0
    era: Era = Era.MARKED
    last_era: Era | None = None

    @property
    def result(self) -> str:
        """Loaded, Partial or Unchanged."""
        if not self.results:
            return "Unchanged"
        return "Partial" if self.problems or self.held_back else "Loaded"

    @property
    def loaded(self) -> int:
        """Chains of this version that are loaded, by this run or before."""
        return self.done_before + sum(result.state is ChainState.LOADED for result in self.results)

    def add(self, result: ChainResult) -> None:
        """Counts a chain."""
        self.results.append(result)
        self.problems += result.problems
        if result.state in (ChainState.HELD_BACK, ChainState.FAILED):
            self.held_back.append(result.chain_id)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "result": self.result,
            "version": self.version,
            "revision": revision(self.version, self.digest),
            "chainsLoaded": self.loaded,
            "chainsLoadedBefore": self.done_before,
            "heldBack": sorted(self.held_back),
            "partialStores": sorted(
                store_id
                for result in self.results
                for store_id in store_ids(result.chain_id, result.partial_stores)
            ),
            "partialPromotionStores": sorted(
                store_id
                for result in self.results
                for store_id in store_ids(result.chain_id, result.partial_promotion_stores)
            ),
            "rows": sum(result.rows for result in self.results),
            "rejected": sum(result.rejected for result in self.results),
            "changed": sum(result.changed for result in self.results),
            "era": self.era,
            "drift": self._drift(),
            "problems": self.problems,
            "warnings": self.warnings,
            "chainDetails": [
                {
                    "chain": result.chain_id,
                    "state": result.state,
                    "rows": result.rows,
                    "rejected": result.rejected,
                    "changed": result.changed,
                    "seconds": result.seconds,
                }
                for result in self.results
            ],
        }

    def _drift(self) -> dict[str, list[str]]:
        """What is not as expected, by file; of all files under the empty name."""
        drift = {name: [NOT_READ] for name in self.ignored} | {
            file.file: list(file.drift)
            for result in self.results
            for file in result.files
            if file.drift
        }
        if self.last_era in (None, self.era):
            return drift
        return {"": [f"files of era {self.era}, and of era {self.last_era} before"], **drift}


def revision(version: int, digest: str) -> str:
    """What was loaded, in one word."""
    return f"v{version}@blake3:{digest}"


def judge(summary: Summary, *, is_part: bool = False) -> None:
    """Raises when a chain failed, or when no chain of the version is loaded.

    is_part: a shard, which may hold back all of its chains while others load theirs.
    """
    failures = [result.failure for result in summary.results if result.failure]
    if failures:
        told = [each for result in summary.results if result.failure for each in result.problems]
        raise sum_up(failures, "; ".join(told))
    if not summary.loaded and not is_part:
        reasons = "; ".join(summary.problems) or "every file is empty"
        raise BadData(f"no chain of version {summary.version} could be loaded: {reasons}")


def sum_up(failures: Iterable[EtlError], sentence: str) -> EtlError:
    """How a run ends whose chains failed so: with 75 before 70 before those for good."""
    kinds = {kind.exit_code: kind for kind in BY_HOPE}
    chosen = min(failures, key=lambda failure: list(kinds).index(failure.exit_code))
    return kinds[chosen.exit_code](sentence, reason=chosen.reason)
