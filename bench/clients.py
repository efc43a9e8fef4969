"""Closed-loop gRPC clients in processes of their own: an answer, then the next call."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from grpc import aio

PROCESSES = 2
CHANNELS_PER_PROCESS = 4
CALLS_AT_ONCE_PER_CHANNEL = 4
DEADLINE_SECONDS = 10.0
WARM_UP_SECONDS = 1.0
# Of a process: nothing here runs away, however fast the server is.
MOST_CALLS = 100_000


class Case(NamedTuple):
    """One RPC and the requests that are sent in turn, already encoded."""

    name: str
    path: str
    requests: Sequence[bytes]


class Load(NamedTuple):
    """What the clients saw together."""

    calls_per_second: float
    latencies_ms: list[float]

    def percentile_ms(self, share: float) -> float:
        """The latency that this share of the calls did not exceed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def client_processes() -> ProcessPoolExecutor:
    """Processes for `drive`; spawned, because gRPC does not survive a fork."""
    return ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"))


def drive(clients: ProcessPoolExecutor, address: str, case: Case, seconds: float) -> Load:
    """Puts the server under load for that long, after a warm-up."""
    shares = [case._replace(requests=case.requests[place::PROCESSES]) for place in range(PROCESSES)]
    running = [clients.submit(_run_process, address, share, seconds) for share in shares]
    latencies = [process.result() for process in running]
    calls = sum(len(each) for each in latencies)
    return Load(calls / seconds, [latency for each in latencies for latency in each])


def _run_process(address: str, case: Case, seconds: float) -> list[float]:
    return asyncio.run(_run_channels(address, case, seconds))


async def _run_channels(address: str, case: Case, seconds: float) -> list[float]:
    # Channels to one address share a connection unless told otherwise.
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [aio.insecure_channel(address, options) for _ in range(CHANNELS_PER_PROCESS)]
    begin = time.perf_counter() + WARM_UP_SECONDS
    workers = [
        _run_worker(channel, case, place, (begin, begin + seconds))
        for place, channel in enumerate(channels * CALLS_AT_ONCE_PER_CHANNEL)
    ]
    latencies = await asyncio.gather(*workers)
    for channel in channels:
        await channel.close()
    return [latency for each in latencies for latency in each]


async def _run_worker(
    channel: aio.Channel, case: Case, place: int, window: tuple[float, float]
) -> list[float]:
    """Latencies in milliseconds of the calls that ended within the window."""
    call: aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(case.path)
    step = CHANNELS_PER_PROCESS * CALLS_AT_ONCE_PER_CHANNEL
    latencies: list[float] = []
    while len(latencies) < MOST_CALLS // step:
        start = time.perf_counter()
        await call(case.requests[place % len(case.requests)], timeout=DEADLINE_SECONDS)
        end = time.perf_counter()
        place += step
        if end >= window[1]:
            break
        if end >= window[0]:
            latencies.append((end - start) * 1000)
    return latencies
