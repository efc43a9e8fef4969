"""superzol-etl classify, as people who edit the rules call it."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest


def classify(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "superzol_etl", "classify", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the shipped rule files."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for file in files("superzol_etl.clean.categories").iterdir():
        if file.name.endswith(".ini"):
            (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_names_are_shown_with_their_category_and_the_rule_that_decided() -> None:
    done = classify("חלב עמיד 3%", "qqq")
    assert done.stdout.splitlines() == [
        "חלב עמיד 3%\tdairy.milk\tחלב עמיד",
        "qqq\tother.unknown\t-",
    ]
    assert done.returncode == 0


def test_edited_rules_show_only_the_names_they_change(rules: Path, tmp_path: Path) -> None:
    milk = rules / "dairy.ini"
    milk.write_text(milk.read_text(encoding="utf-8") + "    qqq\n", encoding="utf-8")
    names = tmp_path / "names.txt"
    names.write_text("qqq 1\n\nבמבה אסם\n", encoding="utf-8")
    done = classify("--file", str(names), "--rules", str(rules))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["qqq 1\tother.unknown\t-\tdairy.eggs\tqqq"]
    assert "1 of 2 names change" in done.stderr


def test_files_as_windows_saves_them_are_read(rules: Path, tmp_path: Path) -> None:
    milk = rules / "dairy.ini"
    text = milk.read_text(encoding="utf-8") + "    qqq\n"
    milk.write_text(text, encoding="utf-8-sig", newline="\r\n")
    names = tmp_path / "names.txt"
    names.write_text("qqq\nבמבה\n", encoding="utf-8-sig", newline="\r\n")
    done = classify("--file", str(names), "--rules", str(rules))
    assert done.stdout.splitlines() == ["qqq\tother.unknown\t-\tdairy.eggs\tqqq"]
    milk.write_text(text, encoding="cp1255", errors="replace")
    done = classify("qqq", "--rules", str(rules))
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr.endswith("dairy.ini is no UTF-8 text: save it as UTF-8\n")


def test_words_that_stand_in_two_categories_are_told(rules: Path) -> None:
    milk = rules / "dairy.ini"
    added = "\n[dairy.rice]\nhe = א\nen = a\nwords =\n    qqq www\n"
    again = added.replace("rice", "oats").replace("qqq www", "www qqq")
    milk.write_text(milk.read_text(encoding="utf-8") + added + again, encoding="utf-8")
    done = classify("qqq", "--rules", str(rules))
    assert done.returncode == 78
    assert "'qqq www' stands in [dairy.oats], [dairy.rice]: keep one of them" in done.stderr


def test_a_mistake_in_a_rule_file_says_where_and_exits_78(rules: Path) -> None:
    (rules / "dairy.ini").write_text("[dairy]\nhe = חלב\n", encoding="utf-8")
    done = classify("חלב", "--rules", str(rules))
    assert done.returncode == 78
    assert "dairy.ini: [dairy] needs a name: en = ..." in done.stderr


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert classify().returncode == 64
    assert classify("--file", str(tmp_path / "missing")).returncode == 66
    assert classify("חלב", "--rules", str(tmp_path)).returncode == 66
