"""Lines of {"topic": …, "value": …} to their topics."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Self

import orjson
from aiokafka.errors import KafkaError

from monitor.broker.admin import admin_client
from monitor.broker.server_properties import MAX_MESSAGE_BYTES
from monitor.contract.codec import Unreadable, key_of, read
from monitor.contract.identity import canonical_force, canonical_ref
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.errors import UserError
from monitor.settings import Settings
from monitor.stream.sending import Message, Sender

Line = Mapping[str, Any]
Say = Callable[[str], None]

LARGEST = MAX_MESSAGE_BYTES - 1024  # bytes of a value; the rest is for its key and frame
_NAMED_BY = {Topic.INCIDENTS: "incident_ref", Topic.CRIME_RECORDS: "crime_ref", Topic.DECISIONS: "incident_ref"}


class LineRefused(ValueError):  # noqa: N818 - the line is at fault, not we
    """No message can be made of the line; the text says why."""


def publish(lines: Iterable[Line], settings: Settings, say: Say = lambda _: None) -> Counter[str]:
    """Send each value as it is given, also one that the contract cannot read. Answers how many by topic.

    Waits for a broker that is away. Raises LineRefused for a line that is none, UserError if the broker takes no more.
    """
    with Publisher(settings, say) as publisher:
        for line in lines:
            publisher.send(line)
    return publisher.sent


class Publisher:
    """Sends lines one by one. Leaving it without an error waits until the broker has confirmed them all."""

    def __init__(self, settings: Settings, say: Say = lambda _: None) -> None:
        self.sent: Counter[str] = Counter()
        self._settings = settings
        _require_topics(settings, say)
        self._sender = Sender(settings, say)

    def send(self, line: Line) -> None:
        topic, key, value = message_of(line)
        with self._failures_named():
            self._sender.send(Message(self._settings.topic(topic), key, value))
        self.sent[topic] += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                with self._failures_named():
                    self._sender.flush()
        finally:
            self._sender.close()

    @contextmanager
    def _failures_named(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise UserError(
                f"The broker at {self._settings.broker} takes no more ({error}); see to it, then publish it all again: "
                "repeats do no harm."
            ) from None


def message_of(line: object) -> tuple[Topic, bytes, bytes | None]:
    """Topic, key and value. Null becomes an empty value, anything else its JSON. Raises LineRefused."""
    if not isinstance(line, Mapping) or "topic" not in line or "value" not in line:
        raise LineRefused('it is no object with "topic" and "value"')
    if line["topic"] not in INPUT_TOPICS:
        raise LineRefused(f"its topic is none of {', '.join(INPUT_TOPICS)}")
    topic, value = Topic(line["topic"]), line["value"]
    message = None if value is None else _json(value)
    if message is not None and len(message) > LARGEST:
        raise LineRefused(f"its value has {len(message)} bytes, and topics take {LARGEST}")
    return topic, _key(topic, value), message


def _json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError as error:
        raise LineRefused(f"its value is no JSON: {error}") from None


def _key(topic: Topic, value: object) -> bytes:
    """By the contract; for what it cannot read, as much of it as can be made out."""
    if topic in _NAMED_BY and isinstance(value, dict):
        with suppress(KeyError, AttributeError, ValueError):  # quicker than reading all of it
            return f"{canonical_force(value['force'])}:{canonical_ref(value[_NAMED_BY[topic]])}".encode()
    try:
        return key_of(read(topic, value).event).encode()
    except Unreadable as unreadable:
        return f"{unreadable.force or ''}:{unreadable.ref or ''}".encode()


def _require_topics(settings: Settings, say: Say) -> None:
    with admin_client(settings, say) as client:
        known = set(client.list_topics())
    missing = [settings.topic(topic) for topic in INPUT_TOPICS if settings.topic(topic) not in known]
    if missing:
        raise UserError(f"The broker has no topic {missing[0]}: make it with `monitor topics create`.")
