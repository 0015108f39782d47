"""From the deadline passing to the alert on the topic, while all else is quiet and while logs pour in."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import orjson
from kafka import KafkaConsumer, TopicPartition

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.publishing import publish
from tests.builders import Line, incident
from tests.system.running import READY, worker

_FORCE = "synthetic-deadlines"
_BEFORE = timedelta(seconds=8)  # so that all are merged and judged before the first deadline passes
_AFTER, _PATIENCE = 2.0, 60.0  # seconds


def measure(settings: Settings, folder: Path, alerts: int, seconds: float, load: list[Line]) -> list[float]:
    """Seconds of each, sorted. The deadlines pass evenly over `seconds`; `load` is sent meanwhile."""
    with worker(settings, folder / "latency.log") as running:
        running.wait_for(READY, 60)
        first = datetime.now(UTC) + _BEFORE
        deadlines = [first + timedelta(seconds=seconds * number / alerts) for number in range(alerts)]
        publish([_due_at(number, deadline) for number, deadline in enumerate(deadlines)], settings)
        time.sleep(max(0.0, (first - datetime.now(UTC)).total_seconds() - 1))
        pouring, stop = _pour(settings, load)
        time.sleep(max(0.0, (deadlines[-1] - datetime.now(UTC)).total_seconds()) + _AFTER)
        delays = _all_delays(settings, alerts)
        stop.set()
        pouring.join()
        assert running.stop() == 0
    return sorted(delays)


def _all_delays(settings: Settings, alerts: int) -> list[float]:
    """As soon as all are there, or those that came within a minute."""
    deadline = time.monotonic() + _PATIENCE
    while len(delays := _delays(settings)) < alerts and time.monotonic() < deadline:
        time.sleep(1)
    return delays


def _due_at(number: int, deadline: datetime) -> Line:
    reported = (deadline - timedelta(hours=24)).isoformat()
    return incident(f"DUE-{number:06}", force=_FORCE, reported_at=reported, updated_at=reported)


def _pour(settings: Settings, load: list[Line]) -> tuple[Thread, Event]:
    stop = Event()

    def lines() -> object:
        for line in load:
            if stop.is_set():
                return
            yield line

    pouring = Thread(target=lambda: publish(lines(), settings))  # type: ignore[arg-type]
    pouring.start()
    return pouring, stop


def _delays(settings: Settings) -> list[float]:
    """Of the message in which an alert says that the crime is missing: the time Kafka gave it less the deadline."""
    consumer = KafkaConsumer(bootstrap_servers=settings.bootstrap_servers, enable_auto_commit=False)
    name = settings.topic(Topic.ALERTS)
    places = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends, delays = consumer.end_offsets(places), {}
    while any(consumer.position(place) < end for place, end in ends.items()):
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                told = orjson.loads(record.value)
                if told["force"] == _FORCE and told["status"] == "unrecorded":
                    deadline = datetime.fromisoformat(told["deadline"]).timestamp()
                    delays[told["incident_ref"]] = record.timestamp / 1000 - deadline
    consumer.close()
    return list(delays.values())
