"""Reads the rule files: one per department, written by people (docs/categories.md)."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from configparser import ConfigParser, MissingSectionHeaderError, ParsingError
from configparser import Error as Malformed
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from superzol_etl.clean.categories.words import split_words

UNKNOWN = "other.unknown"
ENCODING = "utf-8-sig"  # Windows puts a mark before the text
WORDS_KEYS = ("always", "words", "hints", "makers")
TEXT_KEYS = ("he", "en", "coicop", "unless")


class Strength(IntEnum):
    """What outranks what: a rule of the manufacturer only counts where no word of the name does."""

    MAKERS = 0
    HINTS = 1
    WORDS = 2
    ALWAYS = 3


class Category(NamedTuple):
    """A category or, where category_id equals department_id, a department. coicop may be empty."""

    category_id: str
    department_id: str
    name_he: str
    name_en: str
    coicop: str


class Pattern(NamedTuple):
    """A word, or the beginning of words."""

    text: str
    is_beginning: bool


class Rule(NamedTuple):
    """A name that holds all words, and none of without, may belong to the category."""

    category_id: str
    strength: Strength
    words: tuple[Pattern, ...]
    without: tuple[Pattern, ...]
    text: str


class RuleBook(NamedTuple):
    """All that the rule files say."""

    categories: tuple[Category, ...]
    rules: tuple[Rule, ...]


class RuleError(ValueError):
    """A rule file says something that cannot be read; the sentence names file and place."""


@cache
def load_rules() -> RuleBook:
    """The rules that are shipped."""
    return read_rules(_shipped(".ini"))


def digest_of_rules() -> str:
    """Changes with any rule, and with how rules are read."""
    texts = _shipped(".ini", ".py")
    parts = (f"{name}\0{texts[name]}\0" for name in sorted(texts))
    return hashlib.blake2b("".join(parts).encode(), digest_size=16).hexdigest()


def read_rules(texts: Mapping[str, str]) -> RuleBook:
    """The rules of these files, texts by file name. Raises RuleError."""
    categories: list[Category] = []
    rules: list[Rule] = []
    for file in sorted(texts):
        parser = ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
        try:
            parser.read_string(texts[file], file)
        except Malformed as error:
            raise RuleError(_explain(file, error)) from error
        department_id = file.rsplit(".", 1)[0]
        for section in parser.sections():
            told = dict(parser[section])
            categories.append(_read_category(file, department_id, section, told))
            rules += _read_words(file, section, told)
    if UNKNOWN not in {category.category_id for category in categories}:
        raise RuleError(f"no file has the category [{UNKNOWN}]")
    return RuleBook(tuple(categories), tuple(rules))


def find_alike(rules: Iterable[Rule]) -> list[str]:
    """A sentence for each rule that stands in several categories: chance would decide."""
    claims = defaultdict[object, set[str]](set)
    texts: dict[object, str] = {}
    for rule in rules:
        key = (rule.strength, frozenset(rule.words), frozenset(rule.without))
        claims[key].add(rule.category_id)
        texts.setdefault(key, rule.text)
    return [
        f"{texts[key]!r} stands in [{'], ['.join(sorted(claim))}]: keep one of them"
        for key, claim in claims.items()
        if len(claim) > 1
    ]


def _explain(file: str, error: Malformed) -> str:
    """What is wrong with a file, for people who know no parsers."""
    if isinstance(error, MissingSectionHeaderError):
        return f"{file} line {error.lineno}: a category begins with its name, such as [dairy.milk]"
    if isinstance(error, ParsingError):
        line, text = error.errors[0]
        hint = "a line that goes on begins with blanks"
        return f"{file} line {line}: {text} is no 'key = value'; {hint}"
    return str(error).replace("\n", " ")


def _read_category(
    file: str, department_id: str, section: str, told: Mapping[str, str]
) -> Category:
    if section != department_id and not section.startswith(f"{department_id}."):
        raise RuleError(f"{file}: [{section}] must begin with {department_id}.")
    for key in told:
        if key not in WORDS_KEYS + TEXT_KEYS:
            raise RuleError(f"{file}: [{section}] has {key}, not one of {WORDS_KEYS + TEXT_KEYS}")
    for key in ("he", "en"):
        if not told.get(key):
            raise RuleError(f"{file}: [{section}] needs a name: {key} = ...")
    return Category(section, department_id, told["he"], told["en"], told.get("coicop", ""))


def _read_words(file: str, section: str, told: Mapping[str, str]) -> list[Rule]:
    unless = _patterns(told.get("unless", "").replace(",", " ").split())
    rules = []
    for key in WORDS_KEYS:
        for text in told.get(key, "").replace("\n", ",").split(","):
            if not text.strip():
                continue
            parts = text.split()
            words = _patterns([part for part in parts if not part.startswith("!")])
            without = _patterns([part[1:] for part in parts if part.startswith("!")])
            if not words:
                raise RuleError(f"{file}: [{section}] {key}: {text.strip()!r} names no word")
            rules.append(
                Rule(section, Strength[key.upper()], words, without + unless, " ".join(parts))
            )
    return rules


def _patterns(words: list[str]) -> tuple[Pattern, ...]:
    found = []
    for word in words:
        parts = split_words(word)
        found += [Pattern(part, False) for part in parts[:-1]]
        if parts:
            found.append(Pattern(parts[-1], word.endswith("*")))
    return tuple(found)


def _shipped(*endings: str) -> dict[str, str]:
    folder = files(__package__)
    return {
        file.name: file.read_text(encoding=ENCODING)
        for file in folder.iterdir()
        if file.name.endswith(endings)
    }
