"""Whoever leads next sends nothing that the one before is just sending, and no topic waits for another."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from kafka.admin import KafkaAdminClient
from sqlalchemy import Engine

from monitor.broker.topics import create_topics
from monitor.contract.codec import read
from monitor.contract.topics import OUTPUT_TOPICS, Topic
from monitor.settings import Settings
from monitor.store import Kind, OutboxMessage, open_store, unsent, unsent_by_kind, unsent_count
from monitor.store.audit import tell_heads
from monitor.store.decisions import decide
from monitor.stream import relay as relaying
from monitor.stream.relay import Relay, Relays
from tests.builders import Line, decision, incident
from tests.store.desk import JUDGE, Desk, clock
from tests.store.test_audit import REGISTRAR, look
from tests.system.running import until

NO_JSON: Line = {"topic": Topic.INCIDENTS.value, "value": b"no json"}


class SlowBroker:
    """Takes what is sent once it is let to."""

    def __init__(self) -> None:
        self.begun, self.go_on = Event(), Event()
        self.taken: list[str] = []

    def send(self, messages: Sequence[OutboxMessage]) -> list[BaseException | None]:
        self.begun.set()
        assert self.go_on.wait(10)
        self.taken += [each.id for each in messages]
        return [None for _ in messages]

    def close(self) -> None:
        pass


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield engine
    engine.dispose()


def test_a_relay_that_leads_no_longer_rests_once_it_has_marked_what_it_sent(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, settings = SlowBroker(), Settings()
    monkeypatch.setattr(relaying, "Outgoing", lambda _: broker)
    monkeypatch.setattr(relaying, "sent_lately", nothing)
    desk = Desk(engine)
    desk.receive(incident())
    desk.review()
    relay = Relay(engine, settings, Topic.ALERTS)
    relay.lead(True)
    relay.start()
    try:
        assert broker.begun.wait(10)
        relay.lead(False)
        assert not relay.rest(0.1), "it is still sending"
        broker.go_on.set()
        assert relay.rest(10)
        assert (len(broker.taken), unsent_count(engine)) == (1, 0)
        desk.receive(incident("INC-2"))
        desk.review()
        time.sleep(3 * relaying.IDLE_SECONDS)
        assert (len(broker.taken), unsent_count(engine)) == (1, 1)
    finally:
        relay.stop()
        relay.join(10)


def test_a_shadow_sends_dead_letters_and_nothing_that_it_judged_or_that_was_decided_over_its_store(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, settings = SlowBroker(), Settings(shadow=True)
    broker.go_on.set()
    monkeypatch.setattr(relaying, "Outgoing", lambda _: broker)
    monkeypatch.setattr(relaying, "sent_lately", nothing)
    look(engine)
    monkeypatch.setattr("monitor.store.audit.TELL_WITHIN", timedelta(0))
    tell_heads(engine)
    desk = Desk(engine)
    desk.receive(incident(), NO_JSON)
    desk.review()
    made = read(Topic.DECISIONS, decision("note", text="seen")["value"])
    decide(engine, JUDGE, clock(60), made, REGISTRAR, None)
    assert all(unsent_by_kind(engine).values()), "one of each kind at least"
    letters = [each.id for each in unsent(engine) if each.kind is Kind.DEAD_LETTER]
    with relaying_all(engine, settings):
        until(lambda: unsent_count(engine) == 0, 10, "nothing waits to be sent")
    assert broker.taken == letters


def nothing(*_: Any) -> set[str]:
    return set()


def test_every_kind_of_message_has_a_relay() -> None:
    assert len(OUTPUT_TOPICS) == len(set(OUTPUT_TOPICS)) == len(Kind)


@contextmanager
def relaying_all(engine: Engine, settings: Settings) -> Iterator[Relays]:
    relays = Relays(engine, settings)
    relays.lead(True)
    for relay in relays.loops:
        relay.start()
    try:
        yield relays
    finally:
        for relay in relays.loops:
            relay.stop()
        for relay in relays.loops:
            relay.join(10)


def test_a_topic_that_takes_nothing_is_named_and_silences_no_other(
    bare_kafka_settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = bare_kafka_settings
    admin = KafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    admin.create_topics({settings.topic(topic): {"num_partitions": 1} for topic in Topic if topic != Topic.AUDIT_HEADS})
    admin.close()
    look(engine)
    monkeypatch.setattr("monitor.store.audit.TELL_WITHIN", timedelta(0))
    assert tell_heads(engine) == 1
    desk = Desk(engine)
    desk.receive(incident(), NO_JSON)
    desk.review()
    assert unsent_by_kind(engine) == {
        Kind.ALERT: 1,
        Kind.DEAD_LETTER: 1,
        Kind.DECISION: 0,
        Kind.AUDIT_HEAD: 1,
    }
    with relaying_all(engine, settings) as relays:
        until(lambda: unsent_count(engine) == 1, 30, "the others are sent")
        assert unsent_by_kind(engine)[Kind.AUDIT_HEAD] == 1
        (heads_relay,) = [each for each in relays.loops if "audit-heads" in each.name]
        until(lambda: heads_relay.outages.broker_away is not None, 30, "it says why")
        reason = f"has no topic {settings.topic(Topic.AUDIT_HEADS)}: `monitor topics create` makes it"
        assert (heads_relay.outages.broker_away or "").endswith(reason)
        desk.receive(incident("INC-2"))
        desk.review()
        until(lambda: unsent_count(engine) == 1, 5, "the next alert is sent, too")
        create_topics(settings)
        until(lambda: unsent_count(engine) == 0, 30, "the head is sent once its topic is there")
        until(lambda: heads_relay.outages.broker_away is None, 5, "it waits no more")
