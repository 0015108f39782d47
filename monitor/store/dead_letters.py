"""Messages that cannot be read: to the outbox as they came, with the reason in headers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.contract.codec import Unreadable
from monitor.contract.topics import Topic
from monitor.store.arrivals import digest
from monitor.store.bulk import Row
from monitor.store.outbox import packed
from monitor.store.shapes import Kind, Received

OURS = ("reason", "detail", "field", "topic", "partition", "offset")


@dataclass(frozen=True, slots=True)
class DeadLetters:
    letters: list[tuple[Received, Unreadable]]

    @property
    def by_topic(self) -> Counter[Topic]:
        return Counter(received.topic for received, _ in self.letters)

    @property
    def by_reason(self) -> Counter[str]:
        return Counter(why.reason for _, why in self.letters)

    def rows(self, at: int) -> list[Row]:
        return [_row(received, why, at) for received, why in self.letters]


def dead_letters(batch: Iterable[Received]) -> DeadLetters:
    return DeadLetters([(one, one.content) for one in batch if isinstance(one.content, Unreadable)])


def _row(received: Received, why: Unreadable, at: int) -> Row:
    kind, topic = Kind.DEAD_LETTER.value, Topic.DEAD_LETTERS.value
    return _id(received), kind, topic, received.key, received.value, packed(_headers(received, why)), at


def _id(received: Received) -> str:
    """The same for the same message read again. The digest tells it from another one of a topic that was made anew."""
    content = digest((received.key or b"") + b"\0" + (received.value or b"")).hex()
    return f"{received.topic}/{received.partition}/{received.offset}/{content}"


def _headers(received: Received, why: Unreadable) -> list[tuple[str, bytes]]:
    place = (received.topic.value, str(received.partition), str(received.offset))
    ours = zip(OURS, (why.reason, why.detail, why.field or "", *place), strict=True)
    kept = [(name, value) for name, value in received.headers if name not in {*OURS, "id"}]
    return [*kept, *((name, value.encode()) for name, value in ours if value)]
