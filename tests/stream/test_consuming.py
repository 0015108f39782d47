"""Topics are read to where they end, for as long as messages come and no longer, whatever was put there."""

import time
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from monitor.contract.codec import Decoded, Unreadable
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream import consuming
from monitor.stream.audit_heads import told_heads
from monitor.stream.consuming import PATIENCE
from monitor.stream.outages import BrokerAway
from monitor.stream.rereading import InputTopics
from monitor.stream.tails import sent_lately
from tests.builders import incident

SECONDS = 10.0  # each poll takes
SETTINGS = Settings()
PLAIN = {"partition": 0, "timestamp": 1, "key": b"k", "value": b"{}", "headers": ()}


class FakeConsumer:
    """All that the broker holds is in the first partition asked for: one message a poll, or none where it is None."""

    def __init__(self, clock: list[float]) -> None:
        self.clock = clock
        self.messages: list[dict[str, Any] | None] = []
        self.end: int | None = None
        self.place: Any = None
        self.at: dict[Any, int] = defaultdict(int)
        self.polls = 0
        self.closed = False

    def partitions_for_topic(self, _: str) -> set[int]:
        return {0}

    def beginning_offsets(self, places: list[Any]) -> dict[Any, int]:
        return dict.fromkeys(places, 0)

    def end_offsets(self, places: list[Any]) -> dict[Any, int]:
        held = len([each for each in self.messages if each is not None]) if self.end is None else self.end
        return dict.fromkeys(places, 0) | {places[0]: held}

    def assign(self, places: list[Any]) -> None:
        self.place = places[0]

    def seek(self, place: Any, offset: int) -> None:
        self.at[place] = offset

    def seek_to_beginning(self, *_: Any) -> None:
        pass

    pause = resume = seek_to_beginning

    def position(self, place: Any, timeout_ms: int | None = None) -> int:
        return self.at[place]

    def poll(self, timeout_ms: int) -> dict[Any, list[Any]]:
        self.clock[0] += SECONDS
        self.polls += 1
        assert self.polls < 100, "it does not end"
        message = self.messages.pop(0) if self.messages else None
        if message is None:
            return {}
        self.at[self.place] += 1
        return {self.place: [SimpleNamespace(**PLAIN | {"offset": self.at[self.place] - 1} | message)]}

    def close(self, **_: Any) -> None:
        self.closed = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def broker(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> FakeConsumer:
    consumer = FakeConsumer(clock)
    monkeypatch.setattr(consuming, "KafkaConsumer", lambda **_: consumer)
    return consumer


def with_id(value: bytes | None) -> dict[str, Any]:
    return {"headers": [("trace", b"1"), ("id", value)]}


def test_ids_that_are_no_text_or_nothing_hold_up_nobody(broker: FakeConsumer) -> None:
    broker.messages = [with_id(b"\x8f\xff\x00\x12"), with_id(None), None, with_id(b"ours"), {}]
    ids = sent_lately(SETTINGS, Topic.DECISIONS, 500)
    assert ids == {"\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\0\x12", "", "ours"}
    assert broker.closed


def test_a_long_tail_is_read_for_as_long_as_messages_come(broker: FakeConsumer, clock: list[float]) -> None:
    broker.messages = [with_id(str(number).encode()) for number in range(10)]
    assert len(sent_lately(SETTINGS, Topic.DECISIONS, 500)) == 10
    assert clock[0] > PATIENCE


def test_a_broker_that_sends_no_more_is_away(broker: FakeConsumer) -> None:
    broker.end = 2
    broker.messages = [with_id(b"1")]
    with pytest.raises(BrokerAway, match="the end of the topic could not be read"):
        sent_lately(SETTINGS, Topic.DECISIONS, 500)
    assert broker.closed


def test_heads_of_the_audit_log_are_not_waited_for_for_ever(broker: FakeConsumer) -> None:
    broker.end = 2
    broker.messages = [{}]
    with pytest.raises(BrokerAway, match="the end of the topic could not be read"):
        told_heads(SETTINGS)
    assert broker.closed


def test_a_rebuild_that_merges_slowly_does_not_take_the_broker_for_away(
    broker: FakeConsumer, clock: list[float]
) -> None:
    broker.messages = [{}, None, {}]
    with InputTopics(SETTINGS) as topics:
        for batch in topics.batches(topics.ends()):
            assert len(batch) == 1
            clock[0] += 2 * PATIENCE
    assert broker.messages == []


def test_a_rebuild_takes_a_message_for_what_a_worker_takes_it_for(broker: FakeConsumer) -> None:
    sound = orjson.dumps(incident()["value"])
    no_value = {"value": sound, "headers": [("content-type", None)], "timestamp": -1}
    microseconds = {"value": b"no json", "timestamp": 1768424520000000}
    broker.messages = [no_value, microseconds]
    with InputTopics(SETTINGS) as topics:
        contents = [each.content for batch in topics.batches(topics.ends()) for each in batch]
    assert [type(each) for each in contents] == [Decoded, Unreadable]
