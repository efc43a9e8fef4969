"""The newest generation that any answer told, and those who wait for a newer one."""

import asyncio

from superzol_server.errors import Stopping


class Generations:
    """Counts publications of all datasets; newest: 0 before the first load."""

    def __init__(self) -> None:
        self.newest = 0
        self._is_stopping = False
        self._news = asyncio.Event()

    def tell(self, generation: int) -> None:
        """Wakes those who wait if this one is newer."""
        if generation > self.newest:
            self.newest = generation
            self._wake()

    async def wait_after(self, generation: int) -> None:
        """Waits for a newer one; raises Stopping once the server ends."""
        while not self._is_stopping and self.newest <= generation:
            await self._news.wait()
        if self._is_stopping:
            raise Stopping

    def stop(self) -> None:
        """Lets those who wait go, and all who would wait from now on."""
        self._is_stopping = True
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news.clear()
