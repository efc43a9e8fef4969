"""A fetch killed at any moment leaves nothing that counts and is not whole."""

import time
from pathlib import Path

from superzol_etl.snapshot import file_digest
from superzol_etl.volume.archive import check_archive
from superzol_etl.volume.manifest import Kept, kept_versions
from superzol_etl.volume.partial import Partial
from tests.support.fetching import Fetcher, snapshot_files
from tests.support.snapshots import write_snapshot

DAYS = 3
DELAYS_SECONDS = [0.5 + 0.07 * step for step in range(12)]


def test_after_any_kill_what_counts_is_whole_and_the_next_run_completes(tmp_path: Path) -> None:
    source, store = tmp_path / "source", tmp_path / "store"
    fetcher = Fetcher(f"dir:{source}", tmp_path / "volume")
    options = ("--store", str(store), "--keep-versions", "1")
    manifests = {}
    for day in range(1, DAYS + 1):
        write_snapshot(source, snapshot_files(day, rows=3000))
        for delay_seconds in DELAYS_SECONDS[day - 1 :: DAYS]:
            process = fetcher.start(*options)
            time.sleep(delay_seconds)  # no moment is special, so there is none to wait for
            process.kill()
            process.communicate()
            for kept in [*kept_versions(fetcher.volume), *kept_versions(store)]:
                assert_whole(kept)
        outcome = fetcher.run(*options)
        assert outcome.exit_code == 0, outcome.stderr
        assert outcome.summary["version"] == day
        newest = kept_versions(fetcher.volume)[-1]
        manifests[f"{newest.manifest.day}-v{day}.tar.zst"] = newest.manifest
        assert fetcher.files() == snapshot_files(day, rows=3000)
    assert fetcher.versions() == [DAYS]
    assert [kept.manifest.version for kept in kept_versions(store)] == [DAYS]
    for folder in (fetcher.volume, store):
        archives = [path for path in folder.glob("archive/*.zst") if Partial(path).is_whole]
        assert len(archives) == DAYS - 1
        for path in archives:
            check_archive(path, manifests[path.name])


def assert_whole(kept: Kept) -> None:
    for entry in kept.manifest.files:
        assert file_digest(kept.folder / entry.name) == entry.blake3
