"""Live events: what lies behind at once, the rest when its time comes."""

from datetime import UTC, datetime, timedelta

from monitor.simulator.live import as_time_passes

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class FakeTime:
    """A clock that stands until somebody sleeps."""

    def __init__(self) -> None:
        self.at = START
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


def event(seconds: float) -> tuple[datetime, dict[str, float]]:
    return START + timedelta(seconds=seconds), {"at": seconds}


def test_what_lies_behind_comes_at_once_and_the_rest_not_before_its_time() -> None:
    time = FakeTime()
    came = [(line["at"], (time.at - START).total_seconds()) for line in as_time_passes(
        [event(-60), event(0), event(2), event(2), event(3.2)], time.now, time.sleep
    )]  # fmt: skip
    assert [(at, round(when, 3)) for at, when in came] == [(-60, 0), (0, 0), (2, 2), (2, 2), (3.2, 3.2)]


def test_it_never_sleeps_long_so_that_a_stop_is_noticed() -> None:
    time = FakeTime()
    lines = as_time_passes([event(3600)], time.now, time.sleep, stopped=lambda: len(time.slept) >= 3)
    assert list(lines) == []
    assert time.slept == [0.5, 0.5, 0.5]


def test_nothing_comes_once_it_is_stopped() -> None:
    time = FakeTime()
    assert list(as_time_passes([event(-1)], time.now, time.sleep, stopped=lambda: True)) == []
    assert time.slept == []
