"""Plays the session of docs/operator.md: `python -m tests.operator.session.play [--check]`.

Each block that begins with `$` is a command; what it prints follows. Operator, API server and Jobs
are real. Pods are played: they read the Secret of the session and bring what `Kaggle` holds, which
a comment in the document changes (`<!-- Kaggle: 813, a cut file of rami_levy -->`).
Without --check the answers are written into the document; with it they are compared, times masked.
"""

import argparse
import asyncio
import base64
import difflib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from tests.cluster.binaries import ROOT, find_binaries
from tests.cluster.control_plane import running_control_plane
from tests.cluster.fake_etl import FakeEtl, failure, report
from tests.cluster.kubelet import Exit, Pod
from tests.cluster.rights import install_definitions
from tests.cluster.scene import Scene, open_scene

DOCUMENT = ROOT / "docs" / "operator.md"
SESSION = re.compile(r"(?<=<!-- session -->\n).*(?=<!-- end of session -->)", re.DOTALL)
STEP = re.compile(
    r"<!-- Kaggle: (?P<version>\d+), a cut file of (?P<chain>\w+) -->"
    r"|```yaml\n# (?P<file>[\w.]+)\n(?P<text>.*?)```"
    r"|```console\n\$ (?P<command>[^\n]*)\n(?P<shown>.*?)```",
    re.DOTALL,
)
NAMESPACE = "super-zol"
# the API server's patience is longer than that of a reader
SETTINGS = {"SUPERZOL_OPERATOR_PROGRESS_SECONDS": "0"}
WATCH_SECONDS = 120.0
SETTLE_SECONDS = 60.0
MASKS = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\b\d+(?:s|m\d*s?|h\d*m?)\b(?: \(x\d+ over \w+\))?"), "AGE"),
    (re.compile(r"-[0-9a-f]{10}\b"), "-HASH"),
    (re.compile(r"[ \t]+"), " "),
)


class Kaggle:
    """What the pods bring: a version, and the chain whose file of it is cut.

    watched: until it is set nothing is fetched.
    """

    def __init__(self, scene: Scene, watched: asyncio.Event) -> None:
        self.version, self.cut_chain = 812, ""
        self._scene, self._usual, self._watched = scene, FakeEtl(), watched

    async def play(self, pod: Pod) -> Exit:
        """Returns how a pod ends."""
        if pod.stage == "fetch":
            await self._watched.wait()
        if pod.stage == "fetch" and await self._key() != "right":
            return failure(77, "NotAllowed", "Kaggle says 401 to these keys: check KAGGLE_KEY")
        self._usual.version = self.version
        if pod.stage == "accept":
            self.cut_chain = ""
        if self.cut_chain and pod.stage in ("load", "publish"):
            return self._without_the_chain(pod)
        return self._usual.usual(pod)

    def _without_the_chain(self, pod: Pod) -> Exit:
        if pod.stage == "load" and pod.shard != 0:
            return Exit(message=report(pod, "Loaded", self.version))
        held = {"heldBack": [self.cut_chain], "chainsLoaded": 7}
        return Exit(message=report(pod, "Partial", self.version, **held))

    async def _key(self) -> str:
        secret = await self._scene.namespace.read("secrets", "kaggle-credentials")
        return base64.b64decode(secret["data"]["KAGGLE_KEY"]).decode()


class Terminal(NamedTuple):
    """Where the commands of the session run.

    watched: cleared before what a watch is to show, and set once it shows something.
    """

    folder: Path
    environment: dict[str, str]
    namespace: str
    watched: asyncio.Event

    async def run(self, command: str) -> str:
        """Returns what a terminal would show; a watch ends with what it waits for."""
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", command),
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        if command.endswith("--watch"):
            shown = await asyncio.wait_for(self._watch(process), WATCH_SECONDS)
        else:
            shown = (await process.communicate())[0].decode()
        return shown.replace(self.namespace, NAMESPACE)

    async def _watch(self, process: asyncio.subprocess.Process) -> str:
        """The rows that differ, from the operator's first look until the resource is ready."""
        assert process.stdout
        rows: list[str] = []
        while row := (await process.stdout.readline()).decode():
            is_state = any(word in row for word in ("Unknown", "True", "False"))
            is_seen = is_state or "READY" in row
            if is_state:
                self.watched.set()
            if is_seen and (not rows or mask(row) != mask(rows[-1])):
                rows.append(row)
            if " True " in row:
                break
        os.killpg(process.pid, 15)
        await process.wait()
        return "".join(rows)


async def play(text: str) -> str:
    """Returns the text with what its commands print now."""
    found = SESSION.search(text)
    assert found, "the document has no session"
    with tempfile.TemporaryDirectory() as folder, running_control_plane(find_binaries()) as plane:
        install_definitions(plane)
        async with open_scene(plane, Path(folder), SETTINGS) as scene:
            terminal = open_terminal(scene, Path(folder))
            kaggle = Kaggle(scene, terminal.watched)
            scene.kubelet.script = kaggle.play
            played = "".join([part async for part in _play(found[0], kaggle, terminal)])
    return text[: found.start()] + played + text[found.end() :]


async def _play(session: str, kaggle: Kaggle, terminal: Terminal) -> AsyncIterator[str]:
    end, steps = 0, list(STEP.finditer(session))
    for step, following in zip_longest(steps, steps[1:]):
        yield session[end : step.start()]
        end = step.end()
        # kubectl may take longer to begin a watch than a fetch takes
        if step["command"] and following and (following["command"] or "").endswith("--watch"):
            terminal.watched.clear()
        if step["version"]:
            kaggle.version, kaggle.cut_chain = int(step["version"]), step["chain"]
        if step["file"]:
            (terminal.folder / step["file"]).write_text(step["text"])
        if step["command"]:
            shown = await _settled(terminal, step["command"], step["shown"])
            yield f"```console\n$ {step['command']}\n{shown}```"
        else:
            yield step[0]
    yield session[end:]


async def _settled(terminal: Terminal, command: str, expected: str) -> str:
    """What a command shows, once it shows what is expected: events come after what they tell of."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        shown = await terminal.run(command)
        is_reading = re.match(r"kubectl (get|describe)\b(?!.*--watch)", command)
        if not is_reading or mask(shown) == mask(expected) or time.monotonic() > deadline:
            return shown
        await asyncio.sleep(0.2)


def open_terminal(scene: Scene, folder: Path) -> Terminal:
    """Returns a shell whose kubectl is the administrator's, in the namespace of the scene."""
    configuration = json.loads(scene.plane.admin_kubeconfig.read_text())
    configuration["contexts"][0]["context"]["namespace"] = scene.namespace.name
    kubeconfig = folder / "kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(json.dumps(configuration))
    environment = {
        "PATH": f"{scene.plane.binaries}:{os.environ['PATH']}",
        "HOME": str(folder),
        "KUBECONFIG": str(kubeconfig),
    }
    watched = asyncio.Event()
    watched.set()
    return Terminal(folder, environment, scene.namespace.name, watched)


def mask(text: str) -> str:
    """Returns the text without what differs from one time to the next."""
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def compare(written: str, played: str) -> str:
    """Returns the difference as lines, "" when only times differ."""
    old, new = (mask(text).splitlines() for text in (written, played))
    return "\n".join(difflib.unified_diff(old, new, "docs/operator.md", "played", lineterm=""))


def commands(text: str) -> Iterator[str]:
    """Yields the commands of the session."""
    for step in STEP.finditer(text):
        if step["command"]:
            yield step["command"]


def main() -> int:
    """Writes or checks the document; returns the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true")
    arguments = options.parse_args()
    written = DOCUMENT.read_text(encoding="utf-8")
    played = asyncio.run(play(written))
    if not arguments.check:
        DOCUMENT.write_text(played, encoding="utf-8")
        return 0
    difference = compare(written, played)
    print(difference)
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
