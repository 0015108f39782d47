"""From an event to its verdict's alert on the topic, at a steady rate, as the broker's clock tells it."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from kafka import KafkaConsumer, TopicPartition

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.publishing import publish
from tests.builders import Line, incident
from tests.system.running import READY, worker

_FORCE = "synthetic-steady"
_TICK = 0.1  # seconds
_PATIENCE = 60.0


def measure(settings: Settings, folder: Path, a_second: int, seconds: int) -> list[float]:
    """Seconds of each, sorted: every event is a log whose deadline has passed, so that its verdict is told at once."""
    with worker(settings, folder / "steady.log") as running:
        running.wait_for(READY, 60)
        publish([_overdue(f"WARM-{number}") for number in range(200)], settings)
        began = time.monotonic()
        for tick in range(round(seconds / _TICK)):
            each = round(a_second * _TICK)
            publish([_overdue(f"LOG-{tick:04}-{number}") for number in range(each)], settings)
            time.sleep(max(0.0, began + (tick + 1) * _TICK - time.monotonic()))
        wanted, deadline = a_second * seconds, time.monotonic() + _PATIENCE
        while len(delays := _delays(settings)) < wanted and time.monotonic() < deadline:
            time.sleep(1)
        assert running.stop() == 0
    return sorted(delays)


def _overdue(ref: str) -> Line:
    reported = (datetime.now(UTC) - timedelta(hours=30)).isoformat()
    return incident(ref, force=_FORCE, reported_at=reported, updated_at=reported)


def _delays(settings: Settings) -> list[float]:
    sent, told = _times(settings, Topic.INCIDENTS), _times(settings, Topic.ALERTS)
    return [told[ref] - sent[ref] for ref in told if ref in sent and ref.startswith("LOG-")]


def _times(settings: Settings, topic: Topic) -> dict[str, float]:
    """When the broker took the first message about each incident."""
    consumer = KafkaConsumer(bootstrap_servers=settings.bootstrap_servers, enable_auto_commit=False)
    name, found = settings.topic(topic), dict[str, float]()
    places = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends = consumer.end_offsets(places)
    while any(consumer.position(place) < end for place, end in ends.items()):
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                found.setdefault(orjson.loads(record.value)["incident_ref"], record.timestamp / 1000)
    consumer.close()
    return found
