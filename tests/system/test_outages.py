"""A broker or a database that is away: the worker waits, says so every few seconds, and carries on."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from threading import Thread

import pytest

from monitor.broker import EmbeddedBroker, Installation
from monitor.broker.ports import free_port
from monitor.broker.topics import create_topics
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.simulator import mapping_path, stream_events
from monitor.stream.outages import SAY_EVERY
from tests.builders import Line, at, incident
from tests.postgres import Postgres
from tests.system.judging import assessed, every_alert_was_told, unlike
from tests.system.running import READY, RunningWorker, all_sent, by_key, messages, send, settled, until, worker

NOW = at(25)
START = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def own_broker(installation: Installation, tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """Not the one of all tests: this one goes away. It is not started yet."""
    broker = EmbeddedBroker(installation, tmp_path / "kafka", free_port())
    yield broker
    broker.stop()


@pytest.fixture
def settings(own_broker: EmbeddedBroker, tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {"broker": own_broker.bootstrap, "data_dir": tmp_path, "metrics_port": 0, "clock": NOW}
    )


def waiting(running: RunningWorker, away: str) -> list[float]:
    return [line["seconds"] for line in running.said(f"Waiting for the {away}.")]


def test_a_broker_that_is_away_at_the_start_and_later_is_waited_for(
    own_broker: EmbeddedBroker, settings: Settings, tmp_path: Path
) -> None:
    with worker(settings, tmp_path / "log") as running:
        until(lambda: any(seconds >= SAY_EVERY for seconds in waiting(running, "broker")), 30, "it says so again")
        own_broker.start()
        running.wait_for("Waiting for the broker.")
        create_topics(settings)
        running.wait_for(READY)
        send([incident("INC-1")], settings)
        assert [verdict["alert"] for verdict in settled(settings)] == ["firing"]

        said = len(waiting(running, "broker"))
        own_broker.stop(timeout=0)
        until(lambda: len(waiting(running, "broker")) > said, 30, "it says that the broker is away again")
        assert running.process.poll() is None
        own_broker.start()
        send([incident("INC-2")], settings)
        assert [verdict["incident_ref"] for verdict in settled(settings)] == ["INC-1", "INC-2"]
        until(lambda: len(messages(settings, Topic.ALERTS)) == 2, 30, "both alerts are sent")
        assert running.stop() == 0
    assert all(count < 30 for count in counts(running).values()), "nothing is said over and over"
    assert not [line for line in running.lines() if "exception" in line]


def test_a_broker_killed_and_started_again_under_load_loses_nothing(
    own_broker: EmbeddedBroker, settings: Settings, postgres: Postgres, tmp_path: Path
) -> None:
    events = list(islice(stream_events(seed=29, start=START, forces=2, rate_per_hour=150), 9000))
    lines, now = [line for _, line in events], events[-1][0] + timedelta(hours=6)
    changed = {"clock": now, "force_mappings": mapping_path(), "database_url": postgres.fresh()}
    settings = settings.model_copy(update=changed)
    own_broker.start()
    create_topics(settings)
    sent: list[Line] = []
    with worker(settings, tmp_path / "log") as running:
        running.wait_for(READY)
        sending = Thread(target=send, args=(paced(lines, sent), settings))
        sending.start()
        until(lambda: len(sent) > len(lines) // 3, 30, "a third is sent")
        own_broker.stop(timeout=0)
        until(lambda: bool(waiting(running, "broker")), 30, "it says that the broker is away")
        own_broker.start()
        sending.join(60)
        assert not sending.is_alive()
        verdicts = by_key(settled(settings, 120))
        until(lambda: all_sent(settings), 30, "all alerts are sent")
        assert running.stop() == 0
    assert unlike(verdicts, by_key(assessed(lines, now, settings))) == {}
    every_alert_was_told(settings, verdicts)


def paced(lines: list[Line], sent: list[Line]) -> Iterator[Line]:
    """Some 2,000 a second, each noted in `sent`."""
    for number, line in enumerate(lines):
        if number % 100 == 0:
            time.sleep(0.05)
        sent.append(line)
        yield line


def counts(running: RunningWorker) -> dict[str, int]:
    events = [line["event"] for line in running.lines()]
    return {event: events.count(event) for event in events}


def test_a_worker_without_a_broker_stops_soon(settings: Settings, tmp_path: Path) -> None:
    with worker(settings, tmp_path / "log") as running:
        running.wait_for("Waiting for the broker.")
        started = time.monotonic()
        assert running.stop() == 0
    assert time.monotonic() - started < 10


def test_messages_are_kept_while_the_database_is_locked(kafka_settings: Settings, tmp_path: Path) -> None:
    settings = kafka_settings.model_copy(update={"clock": Settings.model_validate({"clock": NOW}).clock})
    with worker(settings, tmp_path / "log") as running:
        running.wait_for(READY)
        holder = sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        send([incident(f"INC-{number}") for number in range(50)], settings)
        until(lambda: bool(waiting(running, "database")), 60, "it says that it waits for the database")
        holder.execute("ROLLBACK")
        holder.close()
        assert len(settled(settings)) == 50
        assert running.stop() == 0


def test_messages_are_kept_while_postgresql_is_cut_off(
    kafka_settings: Settings, postgres: Postgres, tmp_path: Path
) -> None:
    """Every connection is ended in the middle of merging, and none is let in for some seconds."""
    url = postgres.fresh()
    settings = Settings.model_validate(kafka_settings.model_dump() | {"database_url": url, "clock": NOW})
    with worker(settings, tmp_path / "log") as running:
        running.wait_for(READY)
        send([incident(f"INC-{number}") for number in range(500)], settings)
        postgres.shut_out(url)
        send([incident(f"INC-{number}") for number in range(500, 600)], settings)
        until(lambda: bool(waiting(running, "database")), 60, "it says that it waits for the database")
        assert running.process.poll() is None
        postgres.let_in(url)
        assert len(settled(settings)) == 600
        until(lambda: len(messages(settings, Topic.ALERTS)) >= 600, 30, "all alerts are sent")
        assert running.stop() == 0
    ids = [one.headers["id"] for one in messages(settings, Topic.ALERTS)]
    assert len(set(ids)) == 600


@pytest.mark.parametrize("seconds", [60])
def test_a_broker_that_halts_is_waited_for(
    own_broker: EmbeddedBroker, settings: Settings, tmp_path: Path, seconds: int
) -> None:
    own_broker.start()
    create_topics(settings)
    with worker(settings, tmp_path / "log") as running:
        running.wait_for(READY)
        send([incident("INC-1")], settings)
        assert len(settled(settings)) == 1
        assert own_broker.pid
        os.kill(own_broker.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(own_broker.pid, signal.SIGCONT)
        send([incident("INC-2")], settings)
        assert [verdict["incident_ref"] for verdict in settled(settings)] == ["INC-1", "INC-2"]
        until(lambda: len(messages(settings, Topic.ALERTS)) == 2, 30, "both alerts are sent")
        assert running.stop() == 0
