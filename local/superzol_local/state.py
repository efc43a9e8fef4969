"""The state folder: who uses it, whose data it holds and which versions are loaded."""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from superzol_local.errors import BusyError, RefusedError, WrongStateError

SAMPLE = "the generated sample"
EMBEDDED = "the embedded database"
FULL = errno.ENOSPC, errno.EDQUOT  # told by who shows errors: that may pass


@dataclass(frozen=True, slots=True)
class Record:
    """What a state folder holds.

    sources: one per version, in order. loaded: a fingerprint per version the ETL has finished.
    """

    database: str = ""
    sources: tuple[str, ...] = ()
    loaded: tuple[str, ...] = field(default=())


class State:
    """A state folder; use it only under `locked`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.logs = self.folder / "logs"
        self._file = self.folder / "state.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for this process, made when it is new.

        Raises BusyError when another process has it, WrongStateError when it can be no folder,
        RefusedError when the system lets nobody make it.
        """
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            (self.folder / "lock").touch()
        except (FileExistsError, NotADirectoryError) as error:
            raise WrongStateError(
                f"--state {self.folder} is a file, or would lie in one: "
                "give it a folder, or a name that is free"
            ) from error
        except OSError as error:
            if error.errno in FULL:
                raise
            raise RefusedError(
                f"--state {self.folder} cannot be written ({error.strerror}): "
                "name a folder in a place where you may write"
            ) from error
        with (self.folder / "lock").open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                raise BusyError(
                    f"{self.folder} is in use by another `superzol up` (process {lock.read()}): "
                    "stop it first, or give --state another folder"
                ) from error
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def read(self) -> Record:
        """Returns the record, an empty one for a new folder.

        Raises WrongStateError when it is none.
        """
        if not self._file.exists():
            return Record()
        try:
            fields = json.loads(self._file.read_text(encoding="utf-8"))
            return Record(fields["database"], tuple(fields["sources"]), tuple(fields["loaded"]))
        except (ValueError, KeyError, TypeError) as error:
            raise WrongStateError(
                f"{self._file} is damaged, so nobody knows what is loaded: "
                f"remove {self.folder} to start anew, or give --state another folder"
            ) from error

    def write(self, record: Record) -> None:
        """Replaces the record, whole or not at all."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(record), ensure_ascii=False, indent=2), encoding="utf-8")
        fresh.replace(self._file)

    def must_start_anew(self, database: str, sources: Sequence[str]) -> bool:
        """Says whether the folder holds the unfinished first load of other sources.

        One list may continue the other: a further folder is the next version, and a start with
        fewer serves what is loaded. A source that never loaded may be replaced. Raises
        WrongStateError when other data is loaded.
        """
        record = self.read()
        if not record.loaded:
            return bool(record.sources) and record.sources[: len(sources)] != tuple(sources)
        common = min(len(sources), len(record.loaded))
        if record.sources[:common] == tuple(sources[:common]) and record.database == database:
            return False
        held = f"{', '.join(dict.fromkeys(record.sources))} in {record.database}"
        asked = f"{', '.join(dict.fromkeys(sources))} in {database}"
        raise WrongStateError(
            f"{self.folder} holds {held}, not {asked}: "
            "give --state another folder, or remove this one to start anew"
        )

    def claim(self, database: str, sources: Sequence[str]) -> Record:
        """Returns the record, extended by these sources; raises as must_start_anew does."""
        record = Record() if self.must_start_anew(database, sources) else self.read()
        longest = max(record.sources[: len(record.loaded)], tuple(sources), key=len)
        claimed = replace(record, database=database, sources=longest)
        self.write(claimed)
        return claimed


def fingerprint(folder: Path) -> str:
    """Returns what changes when a file of the folder changes: names, sizes and times."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.stat() if path.exists() else path.lstat()  # a dead link is no reason to fail
        digest.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
