"""docs/operator.md shows what an operator of a cluster sees."""

from tests.operator.session.play import DOCUMENT, commands, compare, play


async def test_the_session_of_the_document_is_what_kubectl_shows() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")

    assert compare(written, await play(written)) == ""


def test_the_session_shows_what_an_operator_would_do() -> None:
    told = " ".join(commands(DOCUMENT.read_text(encoding="utf-8")))

    for word in ("apply", "--watch", "describe", "requestedAt", "suspend", "secret", "accept"):
        assert word in told
    assert told.index("accept=") < told.index("kubectl delete dsr")


def test_another_state_is_a_difference() -> None:
    assert "-prices True Succeeded AGE" in compare(
        "prices   True   Succeeded   3s\n", "prices   False   RefreshFailed   3s\n"
    )


def test_another_time_is_no_difference() -> None:
    old, new = (
        "prices-0123456789 2026-11-22T00:00:00Z   3s\n",
        "prices-abcdef0123 2027-01-01T10:00:00Z 1m2s\n",
    )

    assert compare(old, new) == ""
