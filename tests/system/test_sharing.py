"""Several workers of one group, and messages that came in transactions."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.simulator import mapping_path, stream_events
from tests.builders import FORCE, Line, at, crime, heartbeat, incident
from tests.system.judging import assessed, every_alert_was_told, unlike
from tests.system.running import READY, all_sent, by_key, messages, metric, send, settled, until, worker

START = datetime(2026, 10, 1, tzinfo=UTC)


def test_workers_that_come_and_go_share_the_work_and_double_nothing(either_settings: Settings, tmp_path: Path) -> None:
    events = list(islice(stream_events(seed=5, start=START, forces=2, rate_per_hour=150), 6000))
    lines, now = [line for _, line in events], events[-1][0] + timedelta(hours=6)
    settings = either_settings.model_copy(update={"clock": now, "force_mappings": mapping_path()})
    with worker(settings, tmp_path / "first") as first, worker(settings, tmp_path / "second") as second:
        first.wait_for(READY)
        send(lines[:2000], settings)
        second.wait_for(READY)
        send(lines[2000:4000], settings)
        assert first.stop() == 0
        send(lines[4000:], settings)
        verdicts = by_key(settled(settings, 120))
        until(lambda: metric(second.metrics(), "outbox_messages") == 0, 30, "all alerts are sent")
        assert second.stop() == 0
    assert unlike(verdicts, by_key(assessed(lines, now, settings))) == {}
    ids = Counter(one.headers["id"] for one in messages(settings, Topic.ALERTS))
    assert len(ids) > 20
    assert [count for count in ids.values() if count > 1] == []


@pytest.mark.parametrize("either_settings", ["postgresql"], indirect=True)  # where several workers belong
def test_a_worker_that_was_halted_beyond_its_session_and_goes_on_loses_nothing(
    either_settings: Settings, tmp_path: Path
) -> None:
    """It wakes amid what it was doing, and believes its partitions its own still."""
    events = list(islice(stream_events(seed=7, start=START, forces=2, rate_per_hour=150), 4000))
    lines, now = [line for _, line in events], events[-1][0] + timedelta(hours=6)
    settings = either_settings.model_copy(update={"clock": now, "force_mappings": mapping_path()})
    with worker(settings, tmp_path / "first") as first:
        first.wait_for(READY)
        with worker(settings, tmp_path / "second") as second:
            second.wait_for(READY)
            send(lines[:2000], settings)
            first.process.send_signal(signal.SIGSTOP)
            send(lines[2000:2700], settings)
            assert settled(settings, 60), "the other has taken over"
            first.process.send_signal(signal.SIGCONT)
            send(lines[2700:], settings)
            verdicts = by_key(settled(settings, 120))
            until(lambda: all_sent(settings), 30, "all alerts are sent")
            assert (first.stop(), second.stop()) == (0, 0)
    assert unlike(verdicts, by_key(assessed(lines, now, settings))) == {}
    every_alert_was_told(settings, verdicts)


def test_messages_of_transactions_are_merged_and_the_marks_after_them_hold_nothing_back(
    kafka_settings: Settings, tmp_path: Path
) -> None:
    """A mark takes an offset and is no message: progress by messages would stay behind the end for good."""
    settings = kafka_settings.model_copy(update={"clock": Settings.model_validate({"clock": at(60)}).clock})
    asyncio.run(send_in_transactions([[incident("INC-1")], [crime("C9", incident_refs=[])], [heartbeat(50)]], settings))
    with worker(settings, tmp_path / "log") as running:
        (verdict,) = settled(settings, 30)
        assert (verdict["force"], verdict["status"]) == (FORCE, "unrecorded")
        assert running.stop() == 0
    with worker(settings, tmp_path / "again") as running:
        running.wait_for(READY)
        send([incident("INC-2")], settings)
        assert [each["incident_ref"] for each in settled(settings, 30)] == ["INC-1", "INC-2"]
        assert running.stop() == 0


async def send_in_transactions(transactions: list[list[Line]], settings: Settings) -> None:
    name = f"{settings.topic_prefix}source"
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers, transactional_id=name)
    await producer.start()
    try:
        for lines in transactions:
            async with producer.transaction():
                for line in lines:
                    await producer.send_and_wait(settings.topic(line["topic"]), orjson.dumps(line["value"]))
    finally:
        await producer.stop()


@pytest.mark.parametrize("either_settings", ["postgresql"], indirect=True)  # where several workers belong
def test_another_worker_takes_over_within_15_seconds_of_a_kill(
    either_settings: Settings, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    settings = either_settings.model_copy(update={"clock": Settings.model_validate({"clock": at(60)}).clock})
    with worker(settings, tmp_path / "first") as first, worker(settings, tmp_path / "second") as second:
        first.wait_for(READY)
        second.wait_for(READY)
        send([incident(f"A-{number}") for number in range(40)], settings)
        assert len(settled(settings)) == 40
        first.kill()
        killed = time.monotonic()
        send([incident(f"B-{number}") for number in range(40)], settings)
        until(lambda: len(messages(settings, Topic.ALERTS)) == 80, 15, "all alerts are told")
        record_property("seconds from kill to the last alert", round(time.monotonic() - killed, 1))
        assert second.stop() == 0
    ids = Counter(one.headers["id"] for one in messages(settings, Topic.ALERTS))
    assert set(ids.values()) == {1}
