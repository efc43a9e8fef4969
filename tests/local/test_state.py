"""The state folder keeps apart what must not mix."""

from pathlib import Path

import pytest

from superzol_local.errors import BusyError, RefusedError, WrongStateError
from superzol_local.state import EMBEDDED, Record, State, fingerprint


def test_a_new_folder_takes_any_sources(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with state.locked():
        record = state.claim(EMBEDDED, ["/a", "/b"])

    assert record == Record(EMBEDDED, ("/a", "/b"))


@pytest.mark.parametrize("sources", [["/a"], ["/a", "/b", "/c"]])
def test_a_list_that_continues_the_other_is_taken(tmp_path: Path, sources: list[str]) -> None:
    state = State(tmp_path)
    with state.locked():
        state.write(Record(EMBEDDED, ("/a", "/b"), ("digest of a", "digest of b")))
        record = state.claim(EMBEDDED, sources)

    assert record.sources == (("/a", "/b", "/c") if len(sources) == 3 else ("/a", "/b"))


@pytest.mark.parametrize("inner", ["", "below"])
def test_a_state_folder_that_is_a_file_is_told_with_what_to_do(tmp_path: Path, inner: str) -> None:
    taken = tmp_path / "notes.txt"
    taken.write_text("of a person")
    state = State(taken / inner)
    with pytest.raises(WrongStateError, match=r"--state .*notes\.txt.* is a file"), state.locked():
        pass
    assert taken.read_text() == "of a person"


def test_a_state_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    state = State(tmp_path / ("long" * 100))
    with (
        pytest.raises(RefusedError, match=r"--state .*long cannot be written \(.+\): name"),
        state.locked(),
    ):
        pass


@pytest.mark.parametrize(
    ("database", "sources"), [(EMBEDDED, ["/x"]), ("host:5432/superzol", ["/a"])]
)
def test_other_data_is_refused(tmp_path: Path, database: str, sources: list[str]) -> None:
    state = State(tmp_path)
    with state.locked():
        state.write(Record(EMBEDDED, ("/a", "/b"), ("digest",)))
        with pytest.raises(WrongStateError, match="give --state another folder"):
            state.claim(database, sources)


def test_a_source_that_never_loaded_gives_way_to_another(tmp_path: Path) -> None:
    state = State(tmp_path)
    with state.locked():
        state.write(Record(EMBEDDED, ("/a", "/bad"), ("digest of a",)))

        assert state.claim(EMBEDDED, ["/a", "/good"]).sources == ("/a", "/good")


def test_an_unfinished_first_load_gives_way_to_other_data(tmp_path: Path) -> None:
    state = State(tmp_path)
    with state.locked():
        state.claim(EMBEDDED, ["/a", "/b"])

        assert state.must_start_anew(EMBEDDED, ["/x"])
        assert state.claim(EMBEDDED, ["/x"]) == Record(EMBEDDED, ("/x",))


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    with State(tmp_path).locked(), pytest.raises(BusyError, match="in use by another"):
        State(tmp_path).locked().__enter__()


def test_a_record_outlives_the_process(tmp_path: Path) -> None:
    record = Record(EMBEDDED, ("/a",), ("digest",))
    with State(tmp_path).locked():
        State(tmp_path).write(record)

    assert State(tmp_path).read() == record


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_a_damaged_record_is_told_with_what_to_do(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content)

    with pytest.raises(WrongStateError, match=r"state\.json is damaged.* remove .* to start anew"):
        State(tmp_path).read()


def test_a_dead_link_among_the_files_has_a_fingerprint_too(tmp_path: Path) -> None:
    before = fingerprint(tmp_path)
    (tmp_path / "price_file_mega.csv").symlink_to(tmp_path / "gone")

    assert fingerprint(tmp_path) != before


def test_the_fingerprint_of_a_folder_changes_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "price_full_file_a.csv").write_text("1")
    before = fingerprint(tmp_path)
    (tmp_path / "price_full_file_a.csv").write_text("12")

    assert fingerprint(tmp_path) != before
