"""What the ETL would say of its stages, without data: the script of most pods in the tests."""

from collections.abc import Mapping

from tests.cluster.api import Manifest
from tests.cluster.kubelet import Ending, Exit, Pod

ROWS = 1_000
DIGEST = "9f" * 32


class FakeEtl:
    """Brings `version` to the volume once, loads it once, publishes it once (docs/etl.md).

    endings: by stage, what a pod does instead: one for all its pods, or a list, for one after the
    other and from then on the usual.
    """

    def __init__(self, version: int = 812) -> None:
        self.version = version
        self.endings: dict[str, Ending | list[Ending]] = {}
        self.played: list[Pod] = []
        self._done: set[tuple[str, int, int]] = set()

    def __call__(self, pod: Pod) -> Ending:
        """Returns how a pod ends."""
        self.played.append(pod)
        planned = self.endings.get(pod.stage)
        if isinstance(planned, list):
            return planned.pop(0) if planned else self._usual(pod)
        return planned or self._usual(pod)

    def _usual(self, pod: Pod) -> Ending:
        done = (pod.stage, self.version, pod.shard)
        first = {"fetch": "Fetched", "load": "Loaded", "publish": "Published"}.get(
            pod.stage, "Done"
        )
        result = "Unchanged" if done in self._done else first
        self._done.add(done)
        return Exit(message=self.says(pod, result))

    def says(self, pod: Pod, result: str, **more: object) -> Manifest:
        """Returns a termination message of a stage that ended well."""
        return {
            "v": 1,
            "stage": pod.stage,
            "result": result,
            "runId": pod.run_id,
            "version": self.version,
            "revision": f"v{self.version}@blake3:{DIGEST}",
            "rows": ROWS,
            "rejected": 0,
            "heldBack": [],
            **more,
        }


def failure(code: int, reason: str, message: str = "it went wrong", **more: object) -> Exit:
    """Returns the end of a stage that failed, as it tells of itself."""
    told: Mapping[str, object] = {"v": 1, "result": "Failed", "reason": reason, "exitCode": code}
    return Exit(code, {**told, "message": message, **more})
