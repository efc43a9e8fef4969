"""Says which services can answer: those of the data only once a generation is loaded."""

import asyncio
import logging
from collections.abc import Sequence

from grpc_health.v1.health_pb2 import HealthCheckResponse

from superzol_server.database import Busy, Database
from superzol_server.health_service import HealthService
from superzol_server.sql import load_statement

GET_GENERATION = load_statement(__package__, "get_generation")
WHOLE_SERVER = ""
SERVING = HealthCheckResponse.SERVING
NOT_SERVING = HealthCheckResponse.NOT_SERVING

log = logging.getLogger(__name__)


class Health:
    """Sets the status of each service, and asks the database for it every so often.

    without_data: names of services that serve before the first load. loaded: of those that need
    a generation.
    """

    def __init__(
        self, database: Database, without_data: Sequence[str], loaded: Sequence[str]
    ) -> None:
        self.servicer = HealthService()
        self._database = database
        self._without_data = without_data
        self._loaded = loaded

    async def start(self) -> None:
        """Sets every status before the first call comes in; raises the database's errors."""
        await self.servicer.set([WHOLE_SERVER], SERVING)
        await self._set((await self._database.fetch(GET_GENERATION)).generation)

    async def look(self) -> None:
        """Sets the status of the services; that of the whole server stays.

        A database that does not answer takes the services away, but not every pod at once: by the
        whole server they stay where they are and answer UNAVAILABLE. A jam takes nothing away, if
        any call was answered while the look waited: else the database hangs.
        """
        before = self._database.answers
        try:
            await self._set((await self._database.fetch(GET_GENERATION)).generation)
        except Exception as error:
            log.warning("generation not read", extra={"problem": repr(error)})
            if not isinstance(error, Busy) or self._database.answers == before:
                await self.servicer.set([*self._without_data, *self._loaded], NOT_SERVING)

    async def _set(self, generation: int) -> None:
        await self.servicer.set(self._without_data, SERVING)
        await self.servicer.set(self._loaded, SERVING if generation > 0 else NOT_SERVING)

    async def watch(self, seconds: float) -> None:
        """Looks until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self.look()

    async def drain(self) -> None:
        """Sets every status to NOT_SERVING for good."""
        await self.servicer.drain()
