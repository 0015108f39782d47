"""Everything twice and backwards, a clock that is set back and forward, ten times as much at once."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.simulator import mapping_path, stream_events
from tests.builders import Line
from tests.system.judging import assessed, unlike
from tests.system.running import READY, all_sent, by_key, messages, send, settled, until, worker

START = datetime(2026, 10, 1, tzinfo=UTC)
EVENTS = 2500
BURST = 10


@pytest.fixture(scope="module")
def events() -> list[tuple[datetime, Line]]:
    return list(islice(stream_events(seed=23, start=START, forces=2, rate_per_hour=60), EVENTS * 2))


def each_alert_once(settings: Settings) -> int:
    ids = Counter(one.headers["id"] for one in messages(settings, Topic.ALERTS))
    assert set(ids.values()) == {1}
    return len(ids)


def test_everything_twice_and_backwards_ends_in_the_same(
    events: list[tuple[datetime, Line]], either_settings: Settings, tmp_path: Path
) -> None:
    lines, now = [line for _, line in events[:EVENTS]], events[EVENTS - 1][0] + timedelta(hours=6)
    settings = either_settings.model_copy(update={"clock": now, "force_mappings": mapping_path()})
    with worker(settings, tmp_path / "log") as running:
        running.wait_for(READY)
        send(reversed(lines), settings)
        send(lines, settings)
        verdicts = by_key(settled(settings, 60))
        until(lambda: all_sent(settings), 30, "all is sent")
        assert running.stop() == 0
    assert unlike(verdicts, by_key(assessed(lines, now, settings))) == {}
    assert each_alert_once(settings) > 5


def test_a_clock_set_back_and_forward_by_a_day_ends_in_the_same(
    events: list[tuple[datetime, Line]], kafka_settings: Settings, tmp_path: Path
) -> None:
    lines, now = [line for _, line in events[:EVENTS]], events[EVENTS - 1][0] + timedelta(hours=6)
    given = kafka_settings.model_copy(update={"force_mappings": mapping_path()})
    third = EVENTS // 3
    for part, days in enumerate((0, -1, 1)):
        settings = given.model_copy(update={"clock": now + timedelta(days=days)})
        with worker(settings, tmp_path / "log") as running:
            send(lines[part * third : (part + 1) * third if part < 2 else EVENTS], settings)
            verdicts = by_key(settled(settings, 60))
            until(lambda settings=settings: all_sent(settings), 30, "all is sent")  # type: ignore[misc]
            assert running.stop() == 0
    assert unlike(verdicts, by_key(assessed(lines, now + timedelta(days=1), settings))) == {}
    assert each_alert_once(settings) > 5


def test_ten_times_as_much_at_once_is_judged_and_told(
    events: list[tuple[datetime, Line]], kafka_settings: Settings, tmp_path: Path, record_property: Callable[..., None]
) -> None:
    """After a steady while, in the time in which a tenth came before."""
    lines, now = [line for _, line in events], events[-1][0] + timedelta(hours=6)
    settings = kafka_settings.model_copy(update={"clock": now, "force_mappings": mapping_path()})
    steady = len(lines) // (BURST + 1)
    with worker(settings, tmp_path / "log") as running:
        running.wait_for(READY)
        for start in range(0, steady, steady // 4):
            send(lines[start : min(start + steady // 4, steady)], settings)
            time.sleep(0.5)
        began = time.monotonic()
        send(lines[steady:], settings)
        verdicts = by_key(settled(settings, 60))
        record_property("seconds until the burst was judged", round(time.monotonic() - began, 1))
        until(lambda: all_sent(settings), 30, "all is sent")
        assert running.stop() == 0
    assert unlike(verdicts, by_key(assessed(lines, now, settings))) == {}
    assert each_alert_once(settings) > 5
