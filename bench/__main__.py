"""Runs benchmarks: all of a group, whose results are kept, or those named, whose are printed."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from bench import chain_load, days, nation_load, readers, results, serving, year
from bench.chain import make_chain
from bench.postgres import tuned_server
from bench.results import Table

WORK = Path(__file__).with_name("work")
# Given the URL of a server and the share of a nation's stores, where it matters.
MEASUREMENTS: dict[str, Callable[[str, float], Table]] = {
    "load": lambda server_url, _: chain_load.measure(server_url, make_chain(WORK / "chain")),
    "serving": lambda server_url, _: serving.measure(server_url, make_chain(WORK / "chain")),
    "year": lambda server_url, _: year.measure(server_url),
    "nation": lambda server_url, _: nation_load.measure(server_url, WORK / "nation"),
    "days": lambda server_url, scale: days.measure(server_url, WORK / "days", scale),
    "readers": lambda server_url, scale: readers.measure(server_url, WORK / "readers", scale),
}
# By file of results: the command that writes it, and what it measures.
GROUPS = {
    "RESULTS.md": ("make bench", ["load", "serving", "year"]),
    "RESULTS-nation.md": ("make bench-etl", ["nation", "days", "readers"]),
}
SCALE = 0.1


def read_arguments(arguments: list[str]) -> Namespace:
    """What to measure; wrong usage ends the program."""
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--keep", choices=GROUPS, help="measure a group and keep its results")
    help_text = f"days, readers: share of a nation's stores, {SCALE} when not given"
    parser.add_argument("--scale", type=float, default=SCALE, help=help_text)
    given = parser.parse_args(arguments)
    if set(given.names) - MEASUREMENTS.keys() or bool(given.names) == bool(given.keep):
        parser.error(f"name benchmarks, {', '.join(MEASUREMENTS)}, or a group by --keep")
    return given


def main(arguments: list[str]) -> int:
    """--keep FILE measures a group and only then keeps its results; else names of benchmarks."""
    given = read_arguments(arguments)
    wanted = GROUPS[given.keep][1] if given.keep else given.names
    with tuned_server(WORK / "postgres") as server_url:
        tables = [MEASUREMENTS[name](server_url, given.scale) for name in wanted]
    print(results.render(tables))
    if given.keep:
        results.write(given.keep, GROUPS[given.keep][0], tables)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
