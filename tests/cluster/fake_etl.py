"""What the ETL would say of its stages, without data: the script of most pods in the tests."""

from tests.cluster.api import Manifest
from tests.cluster.kubelet import Ending, Exit, Pod

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
    """Brings `version` to the volume once, loads it once, publishes it once (docs/etl.md).

    A stage asked again by its run says again what it said; asked by another run, Unchanged.
    endings: by stage, what a pod does instead: one for all its pods, or a list, for one after the
    other and from then on the usual. played: every pod that ran.
    """

    def __init__(self, version: int = 812) -> None:
        self.version = version
        self.endings: dict[str, Ending | list[Ending]] = {}
        self.played: list[Pod] = []
        self._told: dict[tuple[str, int, int], tuple[str, Manifest]] = {}

    def __call__(self, pod: Pod) -> Ending:
        """Returns how a pod ends."""
        self.played.append(pod)
        planned = self.endings.get(pod.stage)
        if isinstance(planned, list):
            return planned.pop(0) if planned else self.usual(pod)
        return planned or self.usual(pod)

    def usual(self, pod: Pod) -> Exit:
        """Returns how a pod ends when nothing is planned for it."""
        work = (pod.stage, self.version, pod.shard)
        run_id, told = self._told.get(work, ("", {}))
        if run_id != pod.run_id:
            told = report(pod, "Unchanged" if run_id else RESULTS[pod.stage], self.version)
            self._told[work] = pod.run_id, told
        return Exit(message=told)


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
