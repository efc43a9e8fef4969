"""A failure means the same alone and among others that ended with it."""

import asyncio
import errno
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.errors import BadData, EtlError, NotAllowed, PassingTrouble
from superzol_etl.failures import KNOWN, explain
from superzol_etl.stages.arrive import _worst
from superzol_schema import upgrade
from tests.support.loading import finish, run, snapshot, start, wait_for
from tests.support.postgres import CREATE_DATABASE, execute, running_server, sibling
from tests.support.snapshots import refresh

PASSING = asyncpg.ConnectionDoesNotExistError("connection was closed")


@pytest.mark.parametrize("kind", [kind for kind, _, _ in KNOWN], ids=lambda kind: kind.__name__)
def test_a_failure_in_a_group_of_a_group_has_the_code_it_has_alone(
    kind: type[BaseException],
) -> None:
    alone = explain(kind("it failed"))
    grouped = BaseExceptionGroup("tasks", [BaseExceptionGroup("inner", [kind("it failed")])])
    assert (explain(grouped).exit_code, str(explain(grouped))) == (alone.exit_code, str(alone))


@pytest.mark.parametrize("kind", [kind for kind, _, _ in KNOWN], ids=lambda kind: kind.__name__)
def test_what_is_permanent_is_told_whatever_passing_trouble_came_with_it(
    kind: type[BaseException],
) -> None:
    alone = explain(kind("it failed"))
    for both in ([PASSING, kind("it failed")], [kind("it failed"), PASSING]):
        code = explain(BaseExceptionGroup("tasks", both)).exit_code
        assert code == (75 if isinstance(alone, PassingTrouble) else alone.exit_code)


def test_no_kind_of_failure_stands_behind_one_that_it_derives_from() -> None:
    kinds = [kind for kind, _, _ in KNOWN]
    hidden = [kind for place, kind in enumerate(kinds) if issubclass(kind, tuple(kinds[:place]))]
    assert hidden == []


def test_a_server_that_is_not_as_the_url_asks_may_be_so_later(
    database: str, tmp_path: Path
) -> None:
    url = f"{database}{'&' if '?' in database else '?'}target_session_attrs=standby"
    outcome = refresh(url, snapshot(tmp_path, 1))
    assert outcome.exit_code == 75, outcome.stderr
    assert "target_session_attrs" in outcome.stderr


@pytest.mark.parametrize("number", [errno.ENAMETOOLONG, errno.ELOOP, errno.EISDIR])
def test_a_path_that_no_retry_mends_is_a_wrong_configuration(number: int) -> None:
    assert explain(OSError(number, "no such way", "/data/x")).exit_code == 78


def test_of_downloads_that_failed_the_disk_without_rights_comes_before_the_full_one(
    tmp_path: Path,
) -> None:
    full, refused = OSError(errno.ENOSPC, "full"), OSError(errno.EACCES, "refused")
    told = [_worst(BaseExceptionGroup("files", both), tmp_path) for both in (
        [full, refused], [refused, full], [full, BadData("damaged")], [full],
    )]  # fmt: skip
    assert [type(each) for each in told] == [NotAllowed, NotAllowed, BadData, PassingTrouble]
    assert all(isinstance(each, EtlError) for each in told)


async def test_a_database_set_to_be_read_only_while_a_publish_runs_is_no_passing_trouble(
    tmp_path: Path,
) -> None:
    folder = snapshot(tmp_path, 1)
    with running_server() as server:
        await execute(server, CREATE_DATABASE.format(name="prices"))
        url = sibling(server, "prices")
        await upgrade(url)
        common = ["--database", url, "--version", "1", "--run-id", "one"]
        assert run("load", "--source", str(folder), *common).exit_code == 0
        holder, watcher = await asyncpg.connect(url), await asyncpg.connect(url)
        try:
            await holder.execute("BEGIN; LOCK TABLE dataset_version IN SHARE ROW EXCLUSIVE MODE")
            publishing = start("publish", *common)
            await wait_for(watcher, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
            await watcher.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            await watcher.execute("SELECT pg_reload_conf()")
            await wait_for(watcher, "SELECT current_setting('transaction_read_only') = 'on'")
            await holder.execute("COMMIT")
            outcome = await asyncio.to_thread(finish, publishing)
            assert outcome.exit_code == 78, outcome.stderr
            assert "turn default_transaction_read_only off" in outcome.stderr
            await watcher.execute("ALTER SYSTEM RESET default_transaction_read_only")
            await watcher.execute("SELECT pg_reload_conf()")
            await wait_for(watcher, "SELECT current_setting('transaction_read_only') = 'off'")
            assert run("publish", *common).summary["result"] == "Published"
        finally:
            await holder.close()
            await watcher.close()
