"""Lines of {"topic": …, "value": …} to their topics."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import orjson
from kafka.errors import KafkaError, KafkaTimeoutError

from monitor.broker.admin import admin_client
from monitor.broker.server_properties import MAX_MESSAGE_BYTES
from monitor.contract.codec import Unreadable, key_of, read
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.errors import UserError
from monitor.settings import Settings
from monitor.stream.producing import make_producer

Line = Mapping[str, Any]
Say = Callable[[str], None]

LARGEST = MAX_MESSAGE_BYTES - 1024  # bytes of a value; the rest is for its key and frame
_PATIENCE_SECONDS = 120


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
    """Sends lines one by one; all are confirmed by the broker when it closes."""

    def __init__(self, settings: Settings, say: Say = lambda _: None) -> None:
        self.sent: Counter[str] = Counter()
        self._settings = settings
        self._errors: list[Exception] = []
        _require_topics(settings, say)
        patience = {"delivery_timeout_ms": _PATIENCE_SECONDS * 1000, "request_timeout_ms": 30_000}
        self._producer = make_producer(settings, linger_ms=20, max_block_ms=_PATIENCE_SECONDS * 1000, **patience)

    def send(self, line: Line) -> None:
        topic, key, value = message_of(line)
        with self._failures_named():
            future = self._producer.send(self._settings.topic(topic), key=key, value=value)
            future.add_errback(self._errors.append)
        self.sent[topic] += 1
        self._refuse_to_go_on()

    def flush(self) -> None:
        with self._failures_named():
            self._producer.flush(timeout=_PATIENCE_SECONDS)
        self._refuse_to_go_on()

    def close(self) -> None:
        self._producer.close(timeout=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self.close()

    def _refuse_to_go_on(self) -> None:
        if self._errors:
            raise self._gone(self._errors[0])

    @contextmanager
    def _failures_named(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise self._gone(error) from None

    def _gone(self, error: Exception) -> UserError:
        reason = "it does not answer" if isinstance(error, KafkaTimeoutError) else str(error)
        return UserError(
            f"The broker at {self._settings.broker} took no more ({reason}); see to it, then publish the file again: "
            "repeats do no harm."
        )


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
