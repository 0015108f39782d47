"""The ends of topics tell what has arrived, whatever else was put there."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream import consuming
from monitor.stream.outages import BrokerAway
from monitor.stream.tails import sent_lately

SECONDS = 10.0  # each poll takes


class FakeConsumer:
    """Of one partition. It brings one message a poll, or none where it is None, and takes its time."""

    def __init__(self, messages: list[Any], clock: list[float]) -> None:
        self.messages, self.clock = messages, clock
        self.end = len([each for each in messages if each is not None])
        self.at = 0
        self.closed = False

    def partitions_for_topic(self, _: str) -> set[int]:
        return {0}

    def beginning_offsets(self, places: list[Any]) -> dict[Any, int]:
        return dict.fromkeys(places, 0)

    def end_offsets(self, places: list[Any]) -> dict[Any, int]:
        return dict.fromkeys(places, self.end)

    def assign(self, places: list[Any]) -> None:
        (self.place,) = places

    def seek(self, _: Any, offset: int) -> None:
        self.at = offset

    def position(self, _: Any, timeout_ms: int | None = None) -> int:
        return self.at

    def poll(self, timeout_ms: int) -> dict[Any, list[Any]]:
        self.clock[0] += SECONDS
        headers = self.messages.pop(0) if self.messages else None
        if headers is None:
            return {}
        self.at += 1
        return {self.place: [SimpleNamespace(offset=self.at - 1, headers=headers)]}

    def close(self, **_: Any) -> None:
        self.closed = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [0.0]
    with monkeypatch.context() as patched:
        patched.setattr(time, "monotonic", lambda: now[0])
        yield now


def found(*messages: Any, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> set[str]:
    consumer = FakeConsumer([*messages], clock)
    monkeypatch.setattr(consuming, "KafkaConsumer", lambda **_: consumer)
    try:
        return sent_lately(Settings(), Topic.DECISIONS, 500)
    finally:
        assert consumer.closed


def test_ids_that_are_no_text_or_nothing_hold_up_nobody(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, ours = [("id", b"\x8f\xff\x00\x12")], [("trace", b"1"), ("id", b"ours")]
    ids = found(theirs, [("id", None)], None, ours, [], clock=clock, monkeypatch=monkeypatch)
    assert ids == {"\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\0\x12", "", "ours"}


def test_a_long_tail_is_read_for_as_long_as_messages_come(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [[("id", str(number).encode())] for number in range(10)]
    assert len(found(*messages, clock=clock, monkeypatch=monkeypatch)) == 10
    assert clock[0] > consuming.PATIENCE


def test_a_broker_that_sends_no_more_is_away(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = FakeConsumer([[("id", b"1")]], clock)
    consumer.end = 2
    monkeypatch.setattr(consuming, "KafkaConsumer", lambda **_: consumer)
    with pytest.raises(BrokerAway, match="the end of the topic could not be read"):
        sent_lately(Settings(), Topic.DECISIONS, 500)
    assert consumer.closed
