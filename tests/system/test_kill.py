"""kill -9 of the worker in the middle of many events: nothing is lost, nothing is doubled."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.simulator import mapping_path, stream_events
from monitor.store import open_store, progress
from tests.builders import Line
from tests.system.judging import assessed, every_alert_was_told, unlike
from tests.system.running import READY, by_key, messages, send, settled, until, worker

START = datetime(2026, 10, 1, tzinfo=UTC)
EVENTS = 20_000


@pytest.fixture(scope="module")
def events() -> list[tuple[datetime, Line]]:
    return list(islice(stream_events(seed=11, start=START, forces=2, rate_per_hour=150), EVENTS))


def merged(settings: Settings) -> int:
    engine = open_store(settings.database_url)
    try:
        return sum(at.next_offset for at in progress(engine).values())
    finally:
        engine.dispose()


def wait_until_merged(settings: Settings, messages: int) -> None:
    until(lambda: merged(settings) > messages, 60, f"{messages} messages are merged")


def test_a_worker_killed_amid_20_000_events_loses_and_doubles_nothing(
    events: list[tuple[datetime, Line]], either_settings: Settings, tmp_path: Path
) -> None:
    lines, now = [line for _, line in events], events[-1][0] + timedelta(hours=6)
    settings = either_settings.model_copy(update={"clock": now, "force_mappings": mapping_path()})
    half = EVENTS // 2
    send(lines[:half], settings)
    for enough in (EVENTS // 5, half):
        with worker(settings, tmp_path / "log") as running:
            wait_until_merged(settings, enough - 1)
            if enough == half:  # only now, so that however fast it is, there is a middle
                send(lines[half:], settings)
            running.kill()
    assert merged(settings) < EVENTS, "it was to be killed in the middle"
    with worker(settings, tmp_path / "log") as running:
        verdicts = by_key(settled(settings, 120))
        assert running.stop() == 0

    assert unlike(verdicts, by_key(assessed(lines, now, settings))) == {}
    assert merged(settings) == EVENTS
    told = messages(settings, Topic.ALERTS)
    assert [count for count in Counter(one.headers["id"] for one in told).values() if count > 1] == []
    every_alert_was_told(settings, verdicts)
    assert sum(verdict["alert"] == "firing" for verdict in verdicts.values()) > 50


def test_reading_the_topics_into_an_empty_database_gives_the_same_verdicts(
    events: list[tuple[datetime, Line]], kafka_settings: Settings, tmp_path: Path
) -> None:
    lines, now = [line for _, line in events[:4000]], events[3999][0] + timedelta(hours=30)
    settings = kafka_settings.model_copy(update={"clock": now, "force_mappings": mapping_path()})
    send(lines, settings)
    found = []
    for name in ("first", "second"):
        fresh = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/{name}.db"})
        with worker(fresh, tmp_path / name) as running:
            running.wait_for(READY)
            found.append(by_key(settled(fresh, 60)))
            assert running.stop() == 0
    assert found[0] == found[1]
    assert len(found[0]) > 500
