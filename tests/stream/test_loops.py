"""A loop outlives whatever goes wrong in a step, and waits out what is away."""

import time
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from monitor.store import DatabaseAway
from monitor.stream import loops
from monitor.stream.loops import Loop, join_all
from monitor.stream.outages import SAY_EVERY, BrokerAway, Outage, Outages, Stopped
from monitor.telemetry.metrics import LOOP_ERRORS


class Scripted(Loop):
    """Does one thing of the script a step, then rests."""

    def __init__(self, *script: Callable[[], float]) -> None:
        super().__init__("scripted")
        self.script: Iterator[Callable[[], float]] = iter(script)
        self.at_rest, self.closed = Event(), Event()

    def step(self) -> float:
        for act in self.script:
            return act()
        self.at_rest.set()
        return 60

    def close(self) -> None:
        self.closed.set()


def raises(error: Exception) -> Callable[[], float]:
    def act() -> float:
        raise error

    return act


def test_it_goes_on_after_an_error_and_counts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "AFTER_ERROR", 0.01)
    before = LOOP_ERRORS.labels("scripted")._value.get()
    loop = Scripted(raises(ValueError("a mistake")), lambda: 0, raises(KeyError("another")), lambda: 0)
    loop.start()
    assert loop.at_rest.wait(5)
    assert LOOP_ERRORS.labels("scripted")._value.get() - before == 2
    loop.stop()
    loop.join(5)
    assert loop.closed.is_set()


@pytest.mark.parametrize("away", [DatabaseAway("locked"), BrokerAway("gone")])
def test_it_waits_out_what_is_away_and_that_is_no_error(away: Exception) -> None:
    before = LOOP_ERRORS.labels("scripted")._value.get()
    loop = Scripted(raises(away), raises(away), lambda: 0)
    loop.start()
    assert loop.at_rest.wait(5)
    assert LOOP_ERRORS.labels("scripted")._value.get() == before
    loop.stop()


def test_waking_cuts_the_rest_short_and_stopping_ends_it() -> None:
    loop = Scripted(lambda: 60)
    loop.start()
    assert not loop.at_rest.wait(0.1), "it rests for a minute after its first step"
    loop.wake()
    assert loop.at_rest.wait(5)
    assert not loop.closed.is_set()
    loop.stop()
    assert loop.closed.wait(5)


def test_a_wait_for_what_is_away_is_given_up_when_stopping() -> None:
    stopping = Event()
    stopping.set()
    with pytest.raises(Stopped):
        Outages(stopping).outlast(raises(BrokerAway("gone")))


def test_an_outage_is_told_at_once_then_every_few_seconds_and_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now, told = [100.0], []
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(
        "monitor.stream.outages._log.warning", lambda event, **said: told.append((event, said["seconds"]))
    )
    outage = Outage("broker")
    outage.over()
    assert told == []
    for seconds in (0.0, 1.0, SAY_EVERY - 1, SAY_EVERY, SAY_EVERY + 1):
        now[0] = 100.0 + seconds
        outage.failed("no answer")
        assert outage.reason == "no answer"
    outage.over()
    assert outage.reason is None
    outage.over()
    assert told == [
        ("Waiting for the broker.", 0),
        ("Waiting for the broker.", round(SAY_EVERY)),
        ("The broker answers again.", round(SAY_EVERY + 1)),
    ]


def test_loops_that_hang_are_waited_for_together() -> None:
    released = Event()

    def hang() -> float:
        released.wait(30)
        return 0

    hanging = [Scripted(hang) for _ in range(5)]
    for loop in hanging:
        loop.start()
        loop.stop()
    began = time.monotonic()
    join_all(hanging, 0.3)
    assert time.monotonic() - began < 1
    assert all(loop.is_alive() for loop in hanging)
    released.set()
    join_all(hanging, 10)
    assert not any(loop.is_alive() for loop in hanging)
