"""Says which services can answer: those of the data only once a generation is loaded."""

import asyncio
import logging
from collections.abc import Sequence

from grpc_health.v1.health import aio
from grpc_health.v1.health_pb2 import HealthCheckResponse

from superzol_server.database import Database
from superzol_server.sql import load_statement

GET_GENERATION = load_statement(__package__, "get_generation")
SERVING = HealthCheckResponse.SERVING
NOT_SERVING = HealthCheckResponse.NOT_SERVING

log = logging.getLogger(__name__)


class Health:
    """Sets the status of each service, and asks the database for it every so often.

    always: names of services that serve without data. loaded: of those that need a generation.
    """

    def __init__(self, database: Database, always: Sequence[str], loaded: Sequence[str]) -> None:
        self.servicer = aio.HealthServicer()
        self._database = database
        self._always = always
        self._loaded = loaded

    async def start(self) -> None:
        """Sets every status before the first call comes in; raises the database's errors."""
        for name in self._always:
            await self.servicer.set(name, SERVING)
        await self._set((await self._database.fetch(GET_GENERATION)).generation)

    async def look(self) -> None:
        """Sets the status of the services that need data.

        An outage keeps the last status: calls answer UNAVAILABLE, and not every pod leaves at once.
        """
        try:
            await self._set((await self._database.fetch(GET_GENERATION)).generation)
        except Exception as error:
            log.warning("generation not read", extra={"problem": repr(error)})

    async def _set(self, generation: int) -> None:
        for name in self._loaded:
            await self.servicer.set(name, SERVING if generation > 0 else NOT_SERVING)

    async def watch(self, seconds: float) -> None:
        """Looks until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self.look()

    async def drain(self) -> None:
        """Sets every status to NOT_SERVING for good."""
        await self.servicer.enter_graceful_shutdown()
