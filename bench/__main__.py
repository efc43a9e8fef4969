"""Runs all benchmarks and keeps the results, or prints those named: load, serving."""

import sys
from pathlib import Path

from bench import chain_load, results, serving
from bench.chain import make_chain
from bench.postgres import tuned_server

WORK = Path(__file__).with_name("work")
MEASUREMENTS = {"load": chain_load.measure, "serving": serving.measure}


def main(wanted: list[str]) -> int:
    """Measures what is named, or everything, and only then keeps the results."""
    unknown = set(wanted) - MEASUREMENTS.keys()
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 64
    chain = make_chain(WORK / "chain")
    with tuned_server(WORK / "postgres") as server_url:
        tables = [
            measure(server_url, chain)
            for name, measure in MEASUREMENTS.items()
            if not wanted or name in wanted
        ]
    print(results.render(tables))
    if not wanted:
        results.write(tables)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
