"""Whatever happens in the world, no Job is created twice and every run ends."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from superzol_operator.decide.contract import Peers
from superzol_operator.decide.runs import PUBLISH, recorded_ids
from tests.operator.world import World, scheduled

POLICIES = st.sampled_from(["AfterCurrent", "Restart", "NextSchedule"])


class Turmoil(RuleBasedStateMachine):
    """Jobs end, fail and vanish, people edit, clocks step, the operator dies between its steps.

    ended: runs whose end was recorded; they must never get a Job again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.world: World = scheduled()
        self.ended: set[str] = set()
        self.tokens = 0

    @initialize(cron=st.sampled_from(["0 2 * * *", "*/10 * * * *"]), policy=POLICIES)
    def begin(self, cron: str, policy: str) -> None:
        self.world = scheduled(cron=cron)
        self.world.spec |= {"onSpecChange": policy, "retry": {"limit": 2}}

    @rule()
    def look(self) -> None:
        self.world.look()
        self.note_ended()

    @rule(steps=st.integers(0, 4))
    def die_between_steps(self, steps: int) -> None:
        self.world.look(crash_after=steps)
        self.note_ended()

    @precondition(lambda self: self.world.running())
    @rule(version=st.sampled_from([812, 813]))
    def job_ends_well(self, version: int) -> None:
        self.world.source_version = version
        self.world.complete()

    @precondition(lambda self: self.world.running())
    @rule(exit_code=st.sampled_from([1, 65, 75, 77, 137]))
    def job_fails(self, exit_code: int) -> None:
        self.world.fail(exit_code)

    @precondition(lambda self: self.world.jobs)
    @rule(number=st.integers(0, 20))
    def job_vanishes(self, number: int) -> None:
        jobs = list(self.world.jobs.values())
        self.world.vanish(jobs[number % len(jobs)])
        self.forget_what_is_lost()

    @precondition(lambda self: self.world.running())
    @rule()
    def job_is_deleted_by_hand(self) -> None:
        self.world.change(self.world.job(), deleting=True)

    @rule()
    def collect_garbage(self) -> None:
        self.world.remove_deleted()
        self.forget_what_is_lost()

    @rule(minutes=st.sampled_from([1, 5, 30, 90, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.world.wait(minutes=minutes)

    @rule(minutes=st.sampled_from([-60, -1, 1, 60]))
    def clock_steps(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @rule(year=st.sampled_from([2024, 2025]))
    def data_is_edited(self, year: int) -> None:
        dataset = f"erlichsefi/israeli-supermarkets-{year}"
        self.world.edit(source={"kaggle": {"dataset": dataset}})

    @rule(cron=st.sampled_from(["0 2 * * *", "*/7 * * * *", "61 * * * *"]))
    def schedule_is_edited(self, cron: str) -> None:
        self.world.edit(schedule={"cron": cron})

    @rule(suspend=st.booleans(), replace=st.booleans())
    def policies_are_edited(self, suspend: bool, replace: bool) -> None:
        self.world.edit(suspend=suspend, concurrencyPolicy="Replace" if replace else "Forbid")

    @rule()
    def somebody_asks(self) -> None:
        self.tokens += 1
        self.world.annotations = {"requestedAt": f"token-{self.tokens}"}

    @rule()
    def somebody_cancels(self) -> None:
        run = self.world.seen.current_run
        self.world.annotations = self.world.annotations | {"cancel": run.id if run else "g-0"}

    @rule(kind=st.sampled_from([None, "quota", "forbidden", "invalid"]))
    def jobs_are_refused(self, kind: str | None) -> None:
        self.world.refuse = kind

    @rule(others=st.integers(0, 2))
    def others_run(self, others: int) -> None:
        self.world.peers = Peers(active_runs=others, max_active_runs=2)

    @rule()
    def status_is_lost(self) -> None:
        self.world.status = {}
        self.forget_what_is_lost()

    def forget_what_is_lost(self) -> None:
        """Without a status only Jobs tell of runs: what they do not tell the ETL's ledger knows."""
        if self.world.status:
            return
        jobs = self.world.jobs.values()
        published = [job for job in jobs if job.stage == PUBLISH and job.finished == "Complete"]
        self.ended &= {job.run_id for job in published}
        there = {(job.run_id, job.stage, job.attempt) for job in jobs}
        for key in [key for key in self.world.created if key not in there]:
            del self.world.created[key]

    def note_ended(self) -> None:
        status = self.world.seen
        self.ended |= recorded_ids(status)
        running = status.current_run
        assert running is None or running.id not in self.ended, f"{running.id} begins again"

    @invariant()
    def no_job_is_created_twice(self) -> None:
        twice = {key: count for key, count in self.world.created.items() if count > 1}
        assert twice == {}

    @invariant()
    def no_two_jobs_run_at_once(self) -> None:
        assert sum(job.finished is None for job in self.world.jobs.values()) <= 1

    def teardown(self) -> None:
        """The world calms down: every run ends, and the operator has nothing left to do."""
        world = self.world
        world.refuse, world.peers = None, Peers()
        world.edit(suspend=False, schedule={"cron": "0 2 1 1 *"})
        world.now = max(world.now, world.server_time)
        for _ in range(60):
            world.look()
            self.note_ended()
            self.no_job_is_created_twice()
            self.no_two_jobs_run_at_once()
            world.remove_deleted()
            if world.running():
                world.complete()
            world.wait(minutes=4)
        assert world.seen.current_run is None
        assert not world.running()
        assert len(world.seen.history) <= 10
        before = world.status
        world.look()
        assert world.status == before


TestTurmoil = Turmoil.TestCase
TestTurmoil.settings = settings(max_examples=80, stateful_step_count=40, derandomize=True)
