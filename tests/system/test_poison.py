"""10,000 messages that nobody can read: their partition stops, the others go on, and nothing is lost."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest
from kafka import KafkaProducer

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.store import open_store, progress
from monitor.store.letter_questions import open_letters
from monitor.store.stops import stops
from tests.builders import FORCE, at, incident
from tests.system.commanding import Commands
from tests.system.running import RunningWorker, metric, settled, until, worker

POISON = 10_000
STOPPED = (Topic.INCIDENTS, 0)
SAID = "A partition is not read on: too many of its messages cannot be read."


def put(settings: Settings, partition: int, values: Iterable[bytes], topic: Topic = Topic.INCIDENTS) -> None:
    """Where the test wants them, whatever their key."""
    producer = KafkaProducer(bootstrap_servers=settings.bootstrap_servers, linger_ms=20)
    for value in values:
        producer.send(settings.topic(topic), value, key=b"k", partition=partition)
    producer.close()


def logs(prefix: str, number: int) -> list[bytes]:
    return [orjson.dumps(incident(f"{prefix}-{each}")["value"]) for each in range(number)]


def poison(number: int) -> list[bytes]:
    return [orjson.dumps(incident(f"BAD-{each}", updated_at="yesterday")["value"]) for each in range(number)]


class Stored:
    """What the worker's database holds."""

    def __init__(self, settings: Settings) -> None:
        self._engine: Any = open_store(settings.database_url)

    def merged(self, partition: int) -> int:
        place = progress(self._engine).get((Topic.INCIDENTS, partition))
        return place.next_offset if place else 0

    def letters(self) -> int:
        return open_letters(self._engine).total()

    def held_from(self) -> int | None:
        stop = stops(self._engine).get(STOPPED)
        return stop.held_from if stop else None

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture
def settings(kafka_settings: Settings) -> Settings:
    return Settings.model_validate({**kafka_settings.model_dump(), "clock": at(2)})


@pytest.fixture
def monitor(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(settings, monkeypatch)


def stopped(running: RunningWorker) -> set[tuple[str, str]]:
    """As the metrics have it."""
    sample = r'^recording_monitor_partition_stopped{partition="(\d+)",topic="([a-z-]+)"} 1.0$'
    return {(topic, number) for number, topic in re.findall(sample, running.metrics(), re.MULTILINE)}


def test_10_000_poison_messages_stop_their_partition_and_nothing_is_lost(
    settings: Settings, monitor: Commands, tmp_path: Path
) -> None:
    put(settings, 0, [*logs("BEFORE", 20), *poison(POISON), *logs("AFTER", 20)])
    put(settings, 1, logs("ONE", 300))
    with worker(settings, tmp_path / "log") as running:
        running.wait_for(SAID)
        stored = Stored(settings)
        until(lambda: stored.merged(1) == 300, 20, "the other partition is read")
        put(settings, 2, logs("TWO", 300))
        until(lambda: stored.merged(2) == 300, 20, "and a third, which is written later")
        assert (stored.merged(0), stored.letters(), stored.held_from()) == (70, 50, 70)
        assert stopped(running) == {("incidents", "0")}
        assert metric(running.metrics(), "partition_lag_messages", topic="incidents", partition="0") == POISON - 30
        waiting = metric(running.metrics(), "dead_letters_waiting", force=FORCE, reason="bad_time")
        assert waiting == stored.letters() == 50
        listed = monitor("dead-letters", "list")
        assert "50 dead letters: 50 bad_time. They concern 50 incidents or records by name." in listed.out
        assert "incidents, partition 0, is stopped at offset 70" in " ".join(listed.out.split())

        resumed = monitor("dead-letters", "resume", "incidents", "0", "--divert")
        assert (resumed.code, resumed.lines[0]) == (
            0, f"incidents, partition 0, is read on: {POISON - 30} messages wait there.",
        )  # fmt: skip
        verdicts = Counter(each["incident_ref"].partition("-")[0] for each in settled(settings))
        assert verdicts == {"BEFORE": 20, "AFTER": 20, "ONE": 300, "TWO": 300}
        assert (stored.merged(0), stored.letters()) == (POISON + 40, POISON)
        assert stopped(running) == set()

        put(settings, 0, poison(60))
        until(lambda: stored.held_from() == POISON + 90, 20, "the limit holds again")
        stored.close()
        assert running.stop() == 0


def test_a_stop_outlives_the_worker_until_the_limit_is_raised(settings: Settings, tmp_path: Path) -> None:
    few = settings.model_copy(update={"dead_letter_run": 5})
    put(few, 0, [*poison(9), *logs("AFTER", 3)])
    stored = Stored(few)
    for number in range(2):
        with worker(few, tmp_path / f"log{number}") as running:
            running.wait_for(SAID)
            assert running.stop() == 0
        assert (stored.merged(0), stored.letters()) == (5, 5)
    with worker(few.model_copy(update={"dead_letter_run": 10}), tmp_path / "log") as running:
        assert {each["incident_ref"] for each in settled(few)} == {"AFTER-0", "AFTER-1", "AFTER-2"}
        assert running.stop() == 0
    assert (stored.merged(0), stored.letters(), stored.held_from()) == (12, 9, None)
    stored.close()


def test_a_partition_that_is_still_bad_stops_again(settings: Settings, monitor: Commands, tmp_path: Path) -> None:
    few = settings.model_copy(update={"dead_letter_run": 5})
    put(few, 0, poison(20))
    stored = Stored(few)
    with worker(few, tmp_path / "log") as running:
        running.wait_for(SAID)
        assert monitor("dead-letters", "resume", "incidents", "0").code == 0
        until(lambda: stored.held_from() == 10, 20, "it stops five letters later")
        assert (stored.merged(0), stored.letters()) == (10, 10)
        assert running.stop() == 0
    stored.close()


def test_only_a_stopped_partition_can_be_resumed(monitor: Commands) -> None:
    for arguments in (["incidents", "0"], ["nonsense", "0"]):
        refused = monitor("dead-letters", "resume", *arguments)
        assert (refused.code, refused.out) == (2, "")
        assert refused.err == f"{arguments[0]}, partition 0, is not stopped; stopped: none is.\n"
