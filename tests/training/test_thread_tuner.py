"""The number of threads is that of the shortest updates, on a machine whose time is made up."""

from __future__ import annotations

import os

import pytest

from charrnn_tui.training.plan.threads import SPIN, bound_spinning
from charrnn_tui.training.run.thread_tuner import ROUNDS, UPDATES_EACH, ThreadTuner, candidates


class Machine:
    """Updates that take as long as is said for each number of threads."""

    def __init__(self, numbers: list[int], pace: dict[int, float], chosen: int = 0) -> None:
        self.now, self.threads, self.pace = 0.0, 0, pace
        self.tuner = ThreadTuner(numbers, chosen, clock=lambda: self.now, set_threads=self.set)
        self.used: list[int] = []

    def set(self, threads: int) -> None:
        self.threads = threads

    def train(self, updates: int) -> float:
        """Seconds that they take."""
        start = self.now
        for number in range(updates):
            self.tuner.begin()
            work = 500 + 300 * (number % 3)
            self.now += self.pace[self.threads] * work
            self.used.append(self.threads)
            self.tuner.end(work)
        return self.now - start


def test_numbers_to_try() -> None:
    assert [candidates(n) for n in (1, 2, 3, 4, 6, 16)] == [
        [1], [1, 2], [1, 2, 3], [1, 2, 4], [1, 2, 4, 6], [1, 2, 4, 8, 16],
    ]  # fmt: skip


@pytest.mark.parametrize(("pace", "best"), [({1: 2e-5, 2: 1.2e-5, 4: 1.5e-5}, 2), ({1: 2e-5, 2: 5e-4, 4: 9e-4}, 1)])
def test_the_fastest_is_taken_and_trying_costs_little(pace: dict[int, float], best: int) -> None:
    machine = Machine([1, 2, 4], pace)
    seconds = machine.train(3000)
    assert machine.tuner.threads == machine.threads == best
    assert set(machine.used[ROUNDS * 3 * UPDATES_EACH : 500]) == {best}
    fixed = Machine([best], pace)
    assert seconds < 1.1 * fixed.train(3000)


def test_it_looks_again_when_speed_falls_and_when_the_machine_is_quiet_again() -> None:
    quiet, shared = {1: 2e-5, 2: 1.2e-5}, {1: 2.5e-5, 2: 4e-4}
    machine = Machine([1, 2], quiet)
    machine.train(2000)
    assert machine.threads == 2
    machine.pace = shared
    machine.train(40)
    assert machine.threads == 1
    machine.pace = quiet
    while machine.threads == 1 and machine.now < 200:
        machine.train(1)
    machine.train(ROUNDS * 2 * UPDATES_EACH)
    assert machine.threads == 2
    assert machine.now < 100


def test_what_was_chosen_before_is_kept_without_trying() -> None:
    machine = Machine([1, 2], {1: 2e-5, 2: 1.2e-5}, chosen=1)
    machine.train(100)
    assert set(machine.used) == {1}
    assert Machine([1, 2], {1: 1.0, 2: 1.0}, chosen=16).tuner.threads == 2  # of a larger machine


def test_spinning_is_bounded_unless_somebody_said_how_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    bound_spinning()
    assert os.environ["GOMP_SPINCOUNT"] == "7"
    monkeypatch.delenv("GOMP_SPINCOUNT")
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    bound_spinning()
    assert "GOMP_SPINCOUNT" not in os.environ
    monkeypatch.delenv("OMP_WAIT_POLICY")
    bound_spinning()
    assert os.environ["GOMP_SPINCOUNT"] == str(SPIN)
