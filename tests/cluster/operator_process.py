"""`superzol-operator run` as a process of its own, logged in as its service account."""

import asyncio
import os
import re
import signal
import sys
import time
from pathlib import Path

import aiohttp

from tests.cluster.control_plane import leashed
from tests.cluster.waiting import PATIENCE_SECONDS
from tests.support.ports import free_port

# What takes minutes in production and says nothing of the rules.
FASTER = {
    "SUPERZOL_OPERATOR_BACKOFF_SECONDS": "0.1",
    "SUPERZOL_OPERATOR_PROGRESS_SECONDS": "0.2",
    "SUPERZOL_OPERATOR_LEASE_SECONDS": "3",
    "SUPERZOL_OPERATOR_LEASE_RENEW_DEADLINE_SECONDS": "2",
    "SUPERZOL_OPERATOR_LEASE_RETRY_SECONDS": "0.2",
}


class OperatorProcess:
    """The program against one namespace; may be killed, stopped, paused and started again."""

    def __init__(
        self, kubeconfig: Path, namespace: str, settings: dict[str, str], log: Path
    ) -> None:
        self.log = log
        self.metrics_port, self.probe_port = free_port(), free_port()
        self._namespace = namespace
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(log.parent),
            "KUBECONFIG": str(kubeconfig),
            "SUPERZOL_OPERATOR_METRICS_PORT": str(self.metrics_port),
            "SUPERZOL_OPERATOR_PROBE_PORT": str(self.probe_port),
            **FASTER,
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The process that was started last."""
        assert self._process, "the operator was never started"
        return self._process

    @property
    def is_running(self) -> bool:
        """Tells whether it is started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self, *arguments: str, **settings: str) -> None:
        """Starts it, again if it ended. arguments, settings: beside those it is made with."""
        assert not self.is_running
        program = str(Path(sys.executable).with_name("superzol-operator"))
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *leashed(program, "run", f"--namespace={self._namespace}", *arguments),
                env=self._environment | settings,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        """Ends it in the middle of whatever it does (SIGKILL)."""
        if self.is_running:
            self.process.kill()
            await self.process.wait()

    async def terminate(self) -> float:
        """Asks it to end (SIGTERM) and returns after how many seconds it did."""
        began = time.monotonic()
        self.process.terminate()
        await self.wait()
        return time.monotonic() - began

    def pause(self) -> None:
        """Stops it where it is (SIGSTOP) until `go_on`."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Lets it run on after `pause` (SIGCONT)."""
        self.process.send_signal(signal.SIGCONT)

    async def wait(self) -> int:
        """Waits until it ends by itself and returns its exit code."""
        return await asyncio.wait_for(self.process.wait(), PATIENCE_SECONDS)

    @property
    def rss_bytes(self) -> int:
        """Memory that the process has now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) * 1024

    @property
    def cpu_seconds(self) -> float:
        """Time of processors that the process has used."""
        status = Path(f"/proc/{self.process.pid}/stat").read_text()
        user, system = status.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    async def read_metrics(self) -> str:
        """Returns what Prometheus would read."""
        return (await _get(f"http://127.0.0.1:{self.metrics_port}/metrics"))[1]

    async def is_alive(self) -> bool:
        """Tells what the liveness probe would see."""
        return (await _get(f"http://127.0.0.1:{self.probe_port}/healthz"))[0] == 200

    def read_log(self) -> str:
        """Returns what all its lives wrote."""
        return self.log.read_text()


async def _get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()
