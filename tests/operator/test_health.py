"""The probe: a stuck queue, an old resync and a late loop are told, and nothing else."""

from superzol_operator.health import REMEMBERED_SECONDS, Health, HealthLimits

LIMITS = HealthLimits(stuck_seconds=120, resync_seconds=1200, lag_seconds=5)


class Surroundings:
    """A clock and a queue as the test wants them."""

    def __init__(self) -> None:
        self.seconds, self.oldest_seconds = 0.0, 0.0
        self.health = Health(LIMITS, lambda: self.oldest_seconds, lambda: self.seconds)


def test_standby_is_well_without_a_resync() -> None:
    around = Surroundings()
    around.seconds = 5000

    assert around.health.complaint() is None


def test_leader_without_a_resync_for_two_periods_complains() -> None:
    around = Surroundings()
    around.health.lead()
    around.seconds = 1201

    assert around.health.complaint() == "no resync came through for 1201 s"
    around.health.resynced()
    assert around.health.complaint() is None


def test_queue_that_does_not_move_is_told() -> None:
    around = Surroundings()
    around.oldest_seconds = 121

    told = around.health.complaint()

    assert told == "the queue is stuck: a resource has waited for 121 s"


def test_late_loop_is_told_for_as_long_as_probes_need_to_see_it() -> None:
    around = Surroundings()
    around.health.note_lag(4.9)
    assert around.health.complaint() is None

    around.health.note_lag(5.1)
    assert around.health.complaint() == "the event loop was 5.1 s late"

    around.seconds = REMEMBERED_SECONDS
    assert around.health.complaint() is None
