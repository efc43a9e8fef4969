"""Measures the operator: bursts, take-over, memory. --keep writes RESULTS-operator.md."""

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable

from bench import results
from bench.operator import burst, failover, memory
from bench.results import Table
from tests.cluster.binaries import find_binaries
from tests.cluster.control_plane import ControlPlane, running_control_plane
from tests.cluster.rights import install_definitions

MEASUREMENTS: dict[str, Callable[[ControlPlane], Awaitable[Table]]] = {
    "burst": burst.measure,
    "failover": failover.measure,
    "memory": memory.measure,
}
PACKAGES = ("aiohttp", "kopf", "kubernetes")
PUBLISHED = Table(
    "What others publish",
    "On their machines and for their work: an order of magnitude, not a comparison. "
    "VolSync, CloudNativePG and Argo CronWorkflow publish none. "
    "Sources: fluxcd/flux-benchmark RESULTS; kubeflow/spark-operator#1990, #1574, #2337; "
    "PrefectHQ/prefect#19026; Kubernetes' service levels, which leave custom resources out.",
    ["who", "what", "figure"],
    [
        ["Flux source-controller", "1,000 OCI sources reconciled, concurrency 10", "90 s, 67 MiB"],
        ["Flux source-controller", "500 OCI sources", "45 s, 65 MiB"],
        ["Flux source-controller", "100 OCI sources", "25 s, 38 MiB"],
        ["Flux helm-controller", "1,000 releases", "481 s, 400 MiB"],
        ["Spark operator", "500 applications, creation to pod", "about 130 s"],
        ["Spark operator", "1,200 applications", "about 20 min"],
        ["Spark operator", "50 applications, one a second", "276 s (median)"],
        ["Prefect's observer on Kopf", "3,500 flows", "crashes"],
        ["Kubernetes", "a mutating call, p99", "≤ 1 s"],
        ["Kubernetes", "a pod's start, p99", "≤ 5 s"],
    ],
)


async def measure(names: list[str]) -> list[Table]:
    """Measures what is named, each with a control plane of its own."""
    tables = []
    for name in names:
        with running_control_plane(find_binaries()) as plane:
            install_definitions(plane)
            tables.append(await MEASUREMENTS[name](plane))
    return [*tables, PUBLISHED]


def main(arguments: list[str]) -> int:
    """Names of measurements, or --keep for all and their results kept."""
    parser = ArgumentParser(prog="python -m bench.operator", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MEASUREMENTS])
    parser.add_argument("--keep", action="store_true", help="measure all and keep the results")
    given = parser.parse_args(arguments)
    tables = asyncio.run(measure(given.names or list(MEASUREMENTS)))
    print(results.render(tables))
    if given.keep:
        results.write("RESULTS-operator.md", "make bench-operator", tables, PACKAGES)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
