"""What the ETL would say of its stages, without data: the script of most pods in the tests."""

import asyncio

from tests.cluster.api import Manifest
from tests.cluster.kubelet import Ending, Exit, Played, Pod

RESULTS = {
    "fetch": "Fetched",
    "load": "Loaded",
    "publish": "Published",
    "accept": "Accepted",
    "backfill": "Backfilled",
    "cleanup": "Unchanged",
}
CHAINS = 8
ROWS = 1_000
DIGEST = "9f" * 32


class FakeEtl:
    """Brings `version` of a dataset once, loads it once, publishes it once (docs/etl.md).

    A stage asked again by its run says again what it said; asked by another run, Unchanged.
    endings: by stage, what a pod does instead: one for all its pods, or a list, for one after the
    other and from then on the usual. holds: stages whose pods run until the event is set. played:
    every pod that ran. A run has its row in the ledger from its first load on.
    """

    def __init__(self, version: int = 812) -> None:
        self.version = version
        self.endings: dict[str, Ending | list[Ending]] = {}
        self.played: list[Pod] = []
        self.holds: dict[str, asyncio.Event] = {}
        self._ledger: set[str] = set()
        self._told: dict[tuple[str, str, int, int], tuple[str, Manifest]] = {}

    def __call__(self, pod: Pod) -> Played:
        """Returns how a pod ends, or will end once its stage is let go on."""
        self.played.append(pod)
        self._note(pod)
        held = self.holds.get(pod.stage)
        return self._after(held, pod) if held else self._ending(pod)

    async def _after(self, held: asyncio.Event, pod: Pod) -> Ending:
        await held.wait()
        return self._ending(pod)

    def _ending(self, pod: Pod) -> Ending:
        planned = self.endings.get(pod.stage)
        if isinstance(planned, list):
            return planned.pop(0) if planned else self.usual(pod)
        return planned or self.usual(pod)

    def usual(self, pod: Pod) -> Exit:
        """Returns how a pod ends when nothing is planned for it."""
        self._note(pod)
        version = int(option(pod, "--version") or self.version)
        work = (option(pod, "--dataset"), pod.stage, version, pod.shard)
        run_id, told = self._told.get(work, ("", {}))
        if run_id != option(pod, "--run-id"):
            told = report(pod, "Unchanged" if run_id else RESULTS[pod.stage], version)
            self._told[work] = option(pod, "--run-id"), told
        return Exit(message=told)

    async def read_ledger(self) -> list[str]:
        """Returns the run id of each row."""
        return sorted(self._ledger)

    def _note(self, pod: Pod) -> None:
        if pod.stage in ("load", "backfill"):
            self._ledger.add(option(pod, "--run-id"))

    def hold(self, stage: str) -> asyncio.Event:
        """Lets the pods of a stage run until the event is set."""
        self.holds[stage] = asyncio.Event()
        return self.holds[stage]


def option(pod: Pod, name: str) -> str:
    """Returns what the command line of a pod says; "" where it says nothing."""
    words = [word for each in pod.manifest["spec"]["containers"] for word in each["command"]]
    named = [word.partition("=")[2] for word in words if word.startswith(f"{name}=")]
    return named[0] if named else ""


def report(pod: Pod, result: str, version: int, **more: object) -> Manifest:
    """Returns the termination message of a stage that ended well."""
    return {
        "v": 1,
        "stage": pod.stage,
        "result": result,
        "runId": pod.run_id,
        "version": version,
        "revision": f"v{version}@blake3:{DIGEST}",
        "folder": f"processed/v{version}",
        "chains": CHAINS,
        "chainsLoaded": CHAINS,
        "chainsMissing": 0,
        "heldBack": [],
        "rows": ROWS,
        "rejected": 0,
        **more,
    }


def failure(code: int, reason: str, message: str = "it went wrong", **more: object) -> Exit:
    """Returns the end of a stage that failed, as it tells of itself."""
    told: Manifest = {"v": 1, "result": "Failed", "reason": reason, "exitCode": code}
    return Exit(code, told | {"message": message} | more)
