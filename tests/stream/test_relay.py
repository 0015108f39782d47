"""Whoever leads next must not send what the one before is just sending."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.settings import Settings
from monitor.store import OutboxMessage, open_store, unsent_count
from monitor.stream import relay as relaying
from monitor.stream.relay import Relay
from tests.builders import incident
from tests.store.desk import Desk


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
    relay = Relay(engine, settings)
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


def nothing(*_: Any) -> set[str]:
    return set()
