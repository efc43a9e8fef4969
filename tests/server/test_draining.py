"""Calls that meet the end of a server that is busy."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from pydantic import SecretStr

from superzol.dataset.v1.dataset_pb2 import GetStatsRequest
from superzol.dataset.v1.dataset_pb2_grpc import DatasetServiceStub
from superzol_server.serving import LOOK_SECONDS, QUIET_LOOKS, drain
from superzol_server.settings import Settings
from tests.support.server import running_api

CALLERS = 20
PATIENCE_SECONDS = 60


class Callers:
    """Clients in threads of their own, connected, that wait to call once."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.connected, self.calling = (threading.Barrier(CALLERS + 1) for _ in range(2))

    def call(self) -> grpc.StatusCode:
        """Calls once the others do, and returns how that ended."""
        with grpc.insecure_channel(f"127.0.0.1:{self._port}") as channel:
            client = DatasetServiceStub(channel)
            client.GetStats(GetStatsRequest(), timeout=PATIENCE_SECONDS)
            self.connected.wait(PATIENCE_SECONDS)
            self.calling.wait(PATIENCE_SECONDS)
            try:
                client.GetStats(GetStatsRequest(), timeout=PATIENCE_SECONDS)
            except grpc.RpcError as error:
                return error.code()
            return grpc.StatusCode.OK


async def test_calls_that_came_while_the_loop_stood_still_may_be_tried_again(
    database: str,
) -> None:
    settings = Settings(database=SecretStr(database))  # type: ignore[call-arg]  # by the names
    async with running_api(database) as running:
        callers = Callers(running.api.port)
        with ThreadPoolExecutor(CALLERS) as threads:
            ends = [threads.submit(callers.call) for _ in range(CALLERS)]
            await asyncio.to_thread(callers.connected.wait, PATIENCE_SECONDS)
            draining = asyncio.create_task(drain(running.api, settings))
            while not running.api.calls.is_stopping:
                await asyncio.sleep(0)
            callers.calling.wait(PATIENCE_SECONDS)
            time.sleep(LOOK_SECONDS * (QUIET_LOOKS + 3))  # and nobody runs the loop
            await draining
            codes = {end.result() for end in ends}
    assert codes == {grpc.StatusCode.UNAVAILABLE}
