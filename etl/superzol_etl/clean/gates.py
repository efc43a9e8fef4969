"""What a chain's version must hold before it may replace the last good one. Pure."""

from collections.abc import Mapping
from typing import NamedTuple


class Gates(NamedTuple):
    """The thresholds, in percent; docs/etl.md says where the defaults come from.

    gated_rows: a chain whose last good version had fewer rows of full files passes the gates of
    shares, as single stores and rows would decide them. jump_factor: a price is taken to jump when
    it grows or shrinks by this factor or more.
    """

    max_shrink_percent: float = 30.0
    max_rejected_percent: float = 5.0
    max_jumped_percent: float = 5.0
    jump_factor: float = 3.0
    gated_rows: int = 1000

    @property
    def fingerprint(self) -> str:
        """Names these thresholds: a chain they held back is tried again with others."""
        return " ".join(f"{name}={value:g}" for name, value in self._asdict().items())


class Seen(NamedTuple):
    """What the files of a chain hold. full_rows: those of the newest full file of each store."""

    rows: int
    rejected: int
    full_rows: int
    legal_ids: Mapping[str, str]


class Good(NamedTuple):
    """What the last good version of a chain held; full_rows None when it had no full file."""

    version: int
    full_rows: int | None
    legal_ids: Mapping[str, str]


class Held(NamedTuple):
    """A gate that held a chain back, and why."""

    gate: str
    problem: str


def check_files(gates: Gates, seen: Seen, good: Good) -> list[Held]:
    """The gates that can be told from the files alone."""
    held = []
    if seen.full_rows and (good.full_rows or 0) >= gates.gated_rows:
        lost = 100 * (1 - seen.full_rows / (good.full_rows or 1))
        # In whole rows: a share of exactly the threshold passes.
        if 100 * seen.full_rows < (100 - gates.max_shrink_percent) * (good.full_rows or 0):
            held.append(
                Held(
                    "rows",
                    f"its full price files hold {seen.full_rows} rows, {lost:.1f} % fewer than the"
                    f" {good.full_rows} of version {good.version}"
                    f" (at most {gates.max_shrink_percent:g} %)",
                )
            )
    share = 100 * seen.rejected / max(seen.rows, 1)
    if seen.rows >= gates.gated_rows and share > gates.max_rejected_percent:
        held.append(
            Held(
                "rejects",
                f"{seen.rejected} of its {seen.rows} price rows were refused, {share:.1f} %"
                f" (at most {gates.max_rejected_percent:g} %)",
            )
        )
    moved = "store {} was published under the ChainId {}, and now under {}"
    return held + [
        Held("legal_ids", moved.format(code, was, now))
        for code, now in sorted(seen.legal_ids.items())
        if (was := good.legal_ids.get(code, now)) != now
    ]


def check_jumps(gates: Gates, jumped: int, compared: int) -> list[Held]:
    """The gate of prices: jumped of the compared offers, priced before and now, jump."""
    share = 100 * jumped / max(compared, 1)
    if compared < gates.gated_rows or share <= gates.max_jumped_percent:
        return []
    problem = (
        f"{jumped} of {compared} prices grow or shrink {gates.jump_factor:g} times or more,"
        f" {share:.1f} % (at most {gates.max_jumped_percent:g} %)"
    )
    return [Held("jumps", problem)]
