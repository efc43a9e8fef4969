"""The server as a process of its own."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple


class Process(NamedTuple):
    """A running server and where it listens."""

    process: asyncio.subprocess.Process
    address: str
    http_port: int

    async def log_until(self, event: str) -> dict[str, Any]:
        return await log_until(self.process, event)


async def start(*arguments: str, **settings: str) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    given = {"HTTP_PORT": "0"} | settings
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "superzol_server", *arguments),
        env=environment | {f"SUPERZOL_SERVER_{name}": value for name, value in given.items()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def log_until(process: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    assert process.stderr is not None
    async with asyncio.timeout(120):
        async for line in process.stderr:
            fields: dict[str, Any] = json.loads(line)
            if fields["event"].startswith(event):
                return fields
    raise AssertionError(f"the log ended before {event}")


@asynccontextmanager
async def serving(database: str, **settings: str) -> AsyncIterator[Process]:
    arguments = ["serve", "--database", database, "--host", "127.0.0.1", "--port", "0"]
    process = await start(*arguments, **settings)
    try:
        http_port = (await log_until(process, "probes and metrics"))["port"]
        begun = await log_until(process, "serving")
        yield Process(process, f"127.0.0.1:{begun['port']}", http_port)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def run(*arguments: str, **settings: str) -> tuple[int | None, str]:
    process = await start(*arguments, **settings)
    try:
        async with asyncio.timeout(120):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, (output + errors).decode()
