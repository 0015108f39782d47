"""Relay: what waits in the outbox goes to the broker, at least once, and is marked as sent.

Each topic has a relay of its own: one that takes nothing, or slowly, must not silence the others.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from monitor import store
from monitor.broker.server_properties import MAX_MESSAGE_BYTES
from monitor.contract.topics import OUTPUT_TOPICS, Topic
from monitor.settings import Settings
from monitor.store import Kind, OutboxMessage
from monitor.stream.loops import Loop
from monitor.stream.outages import BrokerAway
from monitor.stream.outgoing import Outgoing
from monitor.stream.tails import sent_lately
from monitor.telemetry.metrics import SENT

LIMIT = 500
IDLE_SECONDS = 0.2  # another worker may have left an alert
_IDLE_BESIDE_ALERTS = 1.0  # all else may wait for so long: each look costs as much as to judge some incidents
_MOST_IDLE_SECONDS = 2.0
_SHARE = 10  # of its time it looks one part in so many, if it may: what waits for other topics can be much
CUT_TO = 512 * 1024  # bytes kept of a dead letter that is too large for its topic
_FRAME = 512  # bytes that Kafka adds


class Relay(Loop):
    """Sends to one topic in the order of the outbox, so that changes of one alert stay in order.

    After a start or a failure it is not known which messages arrived: the end of the topic tells. What is sent twice
    all the same has the same header `id`. A shadow sends dead letters only; all else counts as told.
    """

    def __init__(self, engine: Any, settings: Settings, topic: Topic) -> None:
        super().__init__(f"{topic.value} relay")
        self._engine, self._settings, self._topic = engine, settings, topic
        self._idle = IDLE_SECONDS if topic is Topic.ALERTS else _IDLE_BESIDE_ALERTS
        self._outgoing: Outgoing | None = None
        self._leads = self._knows_what_arrived = False
        self._room = MAX_MESSAGE_BYTES - _FRAME
        self._busy = Lock()

    def lead(self, leads: bool) -> None:
        """Whether it is this worker's relay, of all in the group, that sends."""
        if leads != self._leads:
            self._leads, self._knows_what_arrived = leads, False
            self.wake()

    def rest(self, seconds: float) -> bool:
        """Once it no longer leads: wait until what it is sending is sent and marked. Whether that came in time."""
        if came := self._busy.acquire(timeout=seconds):
            self._busy.release()
        return came

    def step(self) -> float:
        with self._busy:
            try:
                return self._step()
            except BrokerAway as away:
                raise BrokerAway(f"{self._settings.topic(self._topic)}: {away}") from None

    def _step(self) -> float:
        looked_from = time.monotonic()
        waiting = store.unsent(self._engine, LIMIT, topic=self._topic) if self._leads else []
        if not waiting:
            return min(max(self._idle, _SHARE * (time.monotonic() - looked_from)), _MOST_IDLE_SECONDS)
        if self._settings.shadow and self._topic is not Topic.DEAD_LETTERS:  # which must not be lost
            store.mark_sent(self._engine, [each.number for each in waiting], datetime.now(UTC))
        elif self._knows_what_arrived:
            self._relay(waiting)
        else:
            arrived = sent_lately(self._settings, self._topic, LIMIT)
            self._mark([each for each in waiting if each.id in arrived])
            self._knows_what_arrived = True
        return 0

    def close(self) -> None:
        self._drop_outgoing()

    def _relay(self, waiting: Sequence[OutboxMessage]) -> None:
        """What the broker confirmed, up to the first that it did not, is done with."""
        self._outgoing = self._outgoing or Outgoing(self._settings)
        try:
            answers = self._outgoing.send([fitting(each, self._room) for each in waiting])
        except (KafkaError, OSError, TimeoutError) as error:
            answers = [error]
        failed = next((number for number, answer in enumerate(answers) if answer is not None), None)
        self._mark(waiting[:failed])
        if failed is not None:
            self._failed(answers[failed])

    def _failed(self, error: BaseException | None) -> None:
        self._drop_outgoing()
        if not self._can_cut_shorter(error):
            raise BrokerAway(f"{self._settings.broker}: {error!r}")

    def _can_cut_shorter(self, error: BaseException | None) -> bool:
        """A topic that others made may take less than ours do."""
        is_size = isinstance(error, MessageSizeTooLargeError | RecordListTooLargeError)
        shorter, self._room = is_size and self._room > CUT_TO, CUT_TO if is_size else self._room
        return shorter

    def _mark(self, sent: Sequence[OutboxMessage]) -> None:
        store.mark_sent(self._engine, [each.number for each in sent], datetime.now(UTC))
        for each in sent:
            SENT.labels(each.kind).inc()

    def _drop_outgoing(self) -> None:
        """A producer that failed is in doubt about what it sent; the next one begins anew."""
        self._knows_what_arrived = False
        if self._outgoing is not None:
            self._outgoing.close()
            self._outgoing = None


class Relays:
    """Those of all topics that are told anything."""

    def __init__(self, engine: Any, settings: Settings) -> None:
        self._of = {topic: Relay(engine, settings, topic) for topic in OUTPUT_TOPICS}
        self.loops = [*self._of.values()]

    def wake(self, topic: Topic) -> None:
        self._of[topic].wake()

    def lead(self, leads: bool) -> None:
        for relay in self.loops:
            relay.lead(leads)

    def rest(self, seconds: float) -> bool:
        """Whether all of them came to rest in time."""
        until = time.monotonic() + seconds
        return all(relay.rest(max(0, until - time.monotonic())) for relay in self.loops)


def fitting(message: OutboxMessage, room: int) -> OutboxMessage:
    """With headers added, a dead letter that was only just small enough is too large: it is cut short then."""
    value = message.value or b""
    size = len(value) + len(message.key or b"") + sum(len(name) + len(content) for name, content in message.headers)
    if size <= room or message.kind is not Kind.DEAD_LETTER:
        return message
    return replace(message, value=value[:CUT_TO], headers=(*message.headers, ("cut-from", str(len(value)).encode())))
