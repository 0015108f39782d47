"""A worker that comes back to a backlog, by the clock on the wall: what is not read yet must not look like missing."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from kafka.admin import KafkaAdminClient

from monitor.broker.topics import create_topics
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.settings import Settings
from tests.builders import FORCE, Line, crime, heartbeat, incident, reason
from tests.system.running import messages, metric, settled, until, worker

Timed = tuple[datetime, Line]


class Night(NamedTuple):
    """How many of each come."""

    logs: int
    closed: int  # logs closed an hour later with a reason that holds
    others: int  # crime records that no log waits for, and that stand before those that they do


# By whose time a topic bears: that of the producers, so that a night can be made up, or that at which it came.
NIGHTS = {"CreateTime": Night(8_000, 2_000, 30_000), "LogAppendTime": Night(2_000, 500, 7_500)}


def ago(hours: float) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)


def log(ref: str, hours: float) -> Timed:
    return ago(hours), incident(ref, reported_at=ago(hours).isoformat(), updated_at=ago(hours).isoformat())


def shut(ref: str, hours: float) -> Timed:
    reported, closed = ago(hours + 1).isoformat(), ago(hours).isoformat()
    fields = {"status": "closed", "no_crime_reason": reason("not_notifiable")}
    return ago(hours), incident(ref, revision=2, reported_at=reported, updated_at=closed, **fields)


def record(ref: str, hours: float, *logs: str) -> Timed:
    written = ago(hours).isoformat()
    return ago(hours), crime(ref, recorded_at=written, updated_at=written, incident_refs=list(logs))


def events(of: Night) -> list[Timed]:
    """What came while the worker was away: logs, each recorded in time but for one, and at last that this is all."""
    logs = [log(f"INC-{number}", 36) for number in range(of.logs)]
    opened = [log(f"SHUT-{number}", 36) for number in range(of.closed)]
    closed = [shut(f"SHUT-{number}", 35) for number in range(of.closed)]
    others = [record(f"X-{number}", 30) for number in range(of.others)]
    records = [record(f"C-{number}", 20, f"INC-{number}") for number in range(of.logs)]
    end = (ago(0), heartbeat(0, as_of=ago(0).isoformat()))
    return [*logs, *opened, log("MISSING", 30), *closed, *others, *records, end]


@pytest.fixture
def settings(whose_time: str, bare_kafka_settings: Settings) -> Settings:
    admin = KafkaAdminClient(bootstrap_servers=bare_kafka_settings.bootstrap_servers)
    kind = {"num_partitions": 4, "replication_factor": 1, "configs": {"message.timestamp.type": whose_time}}
    admin.create_topics({bare_kafka_settings.topic(topic): kind for topic in INPUT_TOPICS})
    admin.close()
    create_topics(bare_kafka_settings)
    return bare_kafka_settings


async def send_at(timed: Iterable[Timed], settings: Settings) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers, linger_ms=20)
    await producer.start()
    sending = [
        await producer.send(
            settings.topic(line["topic"]),
            orjson.dumps(line["value"]),
            key=str(line["value"].get("incident_ref")).encode(),
            timestamp_ms=int(1000 * when.timestamp()),
        )
        for when, line in timed
    ]
    await asyncio.gather(*sending)
    await producer.stop()


@pytest.mark.parametrize("whose_time", NIGHTS)
def test_a_backlog_raises_no_alert_for_what_was_recorded_in_time(
    settings: Settings, tmp_path: Path, whose_time: str
) -> None:
    night = NIGHTS[whose_time]
    asyncio.run(send_at(events(night), settings))
    with worker(settings, tmp_path / "log") as running:
        verdicts = settled(settings, 120)
        until(lambda: metric(running.metrics(), "outbox_messages") == 0, 30, "all alerts are sent")
        assert running.stop() == 0
    status = {verdict["incident_ref"]: verdict["status"] for verdict in verdicts}
    assert {status[f"INC-{number}"] for number in range(night.logs)} == {"recorded_in_time"}
    assert {status[f"SHUT-{number}"] for number in range(night.closed)} == {"no_crime_justified"}
    assert status["MISSING"] == "unrecorded"
    told = [orjson.loads(one.value or b"") for one in messages(settings, Topic.ALERTS)]
    assert [(each["incident_ref"], each["change"], each["status"]) for each in told] == [
        ("MISSING", "raised", "unrecorded")
    ]
    assert {each["force"] for each in told} == {FORCE}
