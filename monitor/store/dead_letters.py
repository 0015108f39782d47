"""Messages that cannot be read: to the outbox as they came, with the reason in headers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.contract.codec import Unreadable
from monitor.contract.topics import Topic
from monitor.store.arrivals import digest
from monitor.store.bulk import Row
from monitor.store.outbox import packed
from monitor.store.shapes import Headers, Kind, Received

OURS = ("reason", "detail", "field", "topic", "partition", "offset", "force", "ref")
REPLAY = "dead-letter"  # the header of a message that is a letter sent again: the id of the (first) letter


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
    return letter_id(received), kind, topic, received.key, received.value, packed(_headers(received, why)), at


def letter_id(received: Received) -> str:
    """The same for the same message read again. The digest tells it from another one of a topic that was made anew."""
    return f"{received.topic}/{received.partition}/{received.offset}/{content_digest(received.key, received.value)}"


def content_digest(key: bytes | None, value: bytes | None) -> str:
    """The last part of a letter's id."""
    return digest((key or b"") + b"\0" + (value or b"")).hex()


def replayed_letter(headers: Headers) -> str | None:
    """The id of the letter that a message says it is again."""
    return next(((value or b"").decode(errors="replace") for name, value in headers if name == REPLAY), None)


def names_its_bytes(letter: str, received: Received) -> bool:
    return letter.endswith(f"/{content_digest(received.key, received.value)}")


def _headers(received: Received, why: Unreadable) -> list[tuple[str, bytes]]:
    place = (received.topic.value, str(received.partition), str(received.offset))
    ours = zip(OURS, (why.reason, why.detail, why.field or "", *place, why.force or "", why.ref or ""), strict=True)
    kept = [(name, value) for name, value in received.headers if name not in {*OURS, "id"}]
    return [*kept, *((name, value.encode()) for name, value in ours if value)]
