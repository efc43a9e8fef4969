"""Births: a look needs no list of Jobs only where nobody can have made one."""

import pytest

from superzol_operator.births import Births
from superzol_operator.keys import Key

ONE, TWO = Key("shop", "one"), Key("shop", "two")


@pytest.fixture
def births() -> Births:
    """Of a leader that found one resource when it began."""
    begun = Births()
    begun.begin({ONE: "old"}, begun.lapses)
    return begun


def test_resource_that_was_there_before_may_have_jobs(births: Births) -> None:
    assert not births.is_first_look(ONE, "old")


def test_resource_that_came_since_has_none_at_its_first_look_only(births: Births) -> None:
    assert births.is_first_look(TWO, "new")
    assert not births.is_first_look(TWO, "new")


def test_name_that_is_given_again_is_another_resource(births: Births) -> None:
    assert births.is_first_look(ONE, "new")


def test_resource_that_is_forgotten_and_comes_again_is_another_one(births: Births) -> None:
    births.is_first_look(TWO, "new")
    births.forget(TWO)

    assert births.is_first_look(TWO, "newer")


def test_nothing_is_sure_before_all_were_listed() -> None:
    assert not Births().is_first_look(ONE, "new")


def test_nothing_is_sure_after_another_may_have_led(births: Births) -> None:
    births.lapse()

    assert not births.is_first_look(TWO, "new")


def test_list_that_began_before_the_lapse_proves_nothing(births: Births) -> None:
    before = births.lapses
    births.lapse()
    births.begin({}, before)

    assert not births.is_first_look(TWO, "new")


def test_resource_looked_at_while_all_were_listed_is_not_taken_for_new(births: Births) -> None:
    births.lapse()
    births.is_first_look(TWO, "new")
    births.begin({}, births.lapses)

    assert not births.is_first_look(TWO, "new")
    assert births.is_first_look(TWO, "newer")
