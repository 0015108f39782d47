"""A message as Kafka's clients give it, to one that the store takes. Nothing that a message holds makes it fail."""

from datetime import UTC, datetime
from typing import Any

from monitor.contract.codec import Decoded, Unreadable, decode
from monitor.contract.topics import Topic
from monitor.store import Received
from monitor.store.instants import UNTIMED
from monitor.telemetry.logs import get_logger

_log = get_logger(__name__)


def received(topic: Topic, message: Any) -> Received:
    headers = list(message.headers or ())
    return Received(
        topic=topic,
        partition=message.partition,
        offset=message.offset,
        broker_time=_time(message.timestamp),
        content=_content(topic, message.value, headers),
        key=message.key,
        value=message.value,
        headers=headers,
    )


def _time(millis: int | None) -> datetime:
    """On a topic that bears producers' times there may be none (-1), or one that is no time, such as microseconds."""
    try:
        return UNTIMED if millis is None or millis < 0 else datetime.fromtimestamp(millis / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return UNTIMED


def _content(topic: Topic, value: bytes | None, headers: list[tuple[str, bytes]]) -> Decoded | Unreadable:
    try:
        return decode(topic, value, headers)
    except Unreadable as unreadable:
        return unreadable
    except Exception as error:  # a message must never hold up the next, whatever is wrong with it or with us
        _log.exception("A message could not be decoded for a reason that the contract does not know.")
        return Unreadable("not_decoded", f"the message could not be decoded ({type(error).__name__})")
