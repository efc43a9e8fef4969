"""Each decision has a number of its own, in its file's name and in its title."""

import re

from tests.contract.repository import ROOT, tracked_files

FOLDER = ROOT / "docs" / "decisions"
DECISIONS = sorted(path for path in tracked_files(".md") if path.parent == FOLDER)


def test_numbers_are_given_once_and_without_a_gap() -> None:
    numbers = [int(path.name.partition("-")[0]) for path in DECISIONS]

    assert numbers == list(range(1, len(DECISIONS) + 1))


def test_titles_begin_with_the_number_of_the_file() -> None:
    titles = {path.name[:4]: path.read_text().splitlines()[0] for path in DECISIONS}

    assert [each for number, each in titles.items() if not each.startswith(f"# {number} ")] == []


def test_files_name_decisions_that_there_are() -> None:
    there = {path.name for path in DECISIONS}
    named = {
        (path.name, name)
        for path in tracked_files(".md", ".py", ".sql", ".proto", ".yaml")
        for name in re.findall(r"decisions/(\d{4}-[a-z0-9-]+\.md)", path.read_text())
    }

    assert {each for each in named if each[1] not in there} == set()
