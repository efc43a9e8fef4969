"""How long `superzol up` waits for the programs that it starts."""

from superzol_etl import stopping
from superzol_local import programs


def test_the_etl_has_the_time_it_takes_to_end_by_itself() -> None:
    assert programs.STOP_SECONDS >= stopping.STOP_SECONDS + 5
