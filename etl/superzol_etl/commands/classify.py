"""superzol-etl classify: which category names get, and what a change of the rules does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from superzol_etl.clean.categories.classify import Classifier, Verdict, shipped_classifier
from superzol_etl.clean.categories.rules import ENCODING, RuleError, find_alike, read_rules
from superzol_etl.errors import NotFound, UsageError, WrongConfiguration

Names = Annotated[list[str] | None, typer.Argument(help="Names of goods, each in quotes.")]
NamesFile = Annotated[
    Path | None, typer.Option("--file", help="A text file with one name per line.")
]
Rules = Annotated[
    Path | None,
    typer.Option(help="A folder of edited rule files: only what it changes is shown."),
]


def classify_command(names: Names = None, file: NamesFile = None, rules: Rules = None) -> None:
    """Shows the category of names, and the rule that decided.

    Example: superzol-etl classify "חלב תנובה 3%" "במבה אסם"

    With --rules, shows only the names that the edited rules classify otherwise, before and after.

    Exit codes: 0 done, 64 no names, 66 no such file, 78 a mistake in a rule file, or no UTF-8.
    """
    try:
        given = list(_names(names or [], file))
        edited = _edited(rules) if rules else None
    except (NotFound, UsageError, WrongConfiguration) as failure:
        typer.echo(f"superzol-etl: {failure}", err=True)
        raise typer.Exit(failure.exit_code) from failure
    shipped, changed = shipped_classifier(), 0
    for name in given:
        before = shipped.classify(name)
        if edited is None:
            typer.echo(f"{name}\t{_told(before)}")
            continue
        after = edited.classify(name)
        if after.category_id != before.category_id:
            changed += 1
            typer.echo(f"{name}\t{_told(before)}\t{_told(after)}")
    if edited is not None:
        typer.echo(f"{changed} of {len(given)} names change", err=True)


def _names(names: list[str], file: Path | None) -> Iterator[str]:
    if not names and file is None:
        raise UsageError("give names, or --file with one name per line")
    yield from names
    if file is not None:
        yield from (line.strip() for line in _read_text(file).splitlines() if line.strip())


def _edited(folder: Path) -> Classifier:
    texts = {path.name: _read_text(path) for path in sorted(folder.glob("*.ini"))}
    if not texts:
        raise NotFound(f"{folder} has no rule files: they end in .ini")
    try:
        book = read_rules(texts)
    except RuleError as error:
        raise WrongConfiguration(str(error)) from error
    if alike := find_alike(book.rules):
        raise WrongConfiguration("; ".join(alike))
    return Classifier(book)


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding=ENCODING)
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WrongConfiguration(f"{file} is no UTF-8 text: save it as UTF-8") from error


def _told(verdict: Verdict) -> str:
    return f"{verdict.category_id}\t{verdict.rule.text if verdict.rule else '-'}"
