"""Runs benchmarks: all of a group, whose results are kept, or those named, whose are printed."""

import sys
from collections.abc import Callable
from pathlib import Path

from bench import chain_load, nation_load, results, serving, year
from bench.chain import make_chain
from bench.postgres import tuned_server
from bench.results import Table

WORK = Path(__file__).with_name("work")
MEASUREMENTS: dict[str, Callable[[str], Table]] = {
    "load": lambda server_url: chain_load.measure(server_url, make_chain(WORK / "chain")),
    "serving": lambda server_url: serving.measure(server_url, make_chain(WORK / "chain")),
    "year": year.measure,
    "nation": lambda server_url: nation_load.measure(server_url, WORK / "nation"),
}
# By file of results: the command that writes it, and what it measures.
GROUPS = {
    "RESULTS.md": ("make bench", ["load", "serving", "year"]),
    "RESULTS-nation.md": ("make bench-etl", ["nation"]),
}


def main(arguments: list[str]) -> int:
    """--keep FILE measures a group and only then keeps its results; else names of benchmarks."""
    kept = arguments[1] if arguments[:1] == ["--keep"] and len(arguments) == 2 else None
    wanted = GROUPS[kept][1] if kept in GROUPS else arguments
    unknown = set(wanted) - MEASUREMENTS.keys()
    if unknown or not wanted:
        print(f"name benchmarks: {', '.join(MEASUREMENTS)}", file=sys.stderr)
        return 64
    with tuned_server(WORK / "postgres") as server_url:
        tables = [MEASUREMENTS[name](server_url) for name in wanted]
    print(results.render(tables))
    if kept:
        results.write(kept, GROUPS[kept][0], tables)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
