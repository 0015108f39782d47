"""The topic of dead letters, read by operators' commands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.settings import Settings
from monitor.store.dead_letters import OURS, REPLAY, content_digest
from monitor.store.letters import LetterInfo
from monitor.stream.dead_letters.reading import read_topic

Headers = tuple[tuple[str, bytes], ...]

_ADDED = {*OURS, "id", "cut-from", REPLAY}  # to the headers of the message
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Letter:
    id: str
    topic: Topic  # where the message was
    partition: int
    offset: int
    reason: str
    detail: str
    field: str | None
    force: str | None
    ref: str | None
    at: datetime  # broker time of the letter
    key: bytes | None
    value: bytes
    headers: Headers  # those that the message came with
    first: str | None  # the letter that the message was sent again for
    cut_from: int | None  # how many bytes the message had, where the letter has fewer

    @property
    def name(self) -> str:
        return f"{self.topic.value}/{self.partition}/{self.offset}"

    @property
    def digest(self) -> str:
        return self.id.rpartition("/")[2]

    @property
    def is_whole(self) -> bool:
        return content_digest(self.key, self.value) == self.digest

    def info(self) -> LetterInfo:
        place = (self.id, self.topic.value, self.partition, self.offset)
        return LetterInfo(*place, self.reason, self.field, self.force, self.ref, self.at, self.first)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters: all that fit whatever is given."""

    names: frozenset[str] = frozenset()  # topic/partition/offset, or ids
    reason: str | None = None
    topic: str | None = None
    force: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_all(self) -> bool:
        return self == Wanted()

    def fits(self, letter: Letter) -> bool:
        asked = ((self.reason, letter.reason), (self.topic, letter.topic.value), (self.force, letter.force))
        return (
            all(wanted is None or wanted == found for wanted, found in asked)
            and (not self.names or bool(self.names & {letter.name, letter.id}))
            and (self.since is None or letter.at >= self.since)
            and (self.until is None or letter.at < self.until)
        )


def read_letters(settings: Settings, wanted: Wanted) -> Iterator[Letter]:
    """Each once, in the order of the topic's partitions. Raises BrokerAway."""
    seen: set[str] = set()
    for record in read_topic(settings, Topic.DEAD_LETTERS, wanted.since):
        letter = letter_of(record.key, record.value, record.headers, record.timestamp / 1000)
        if letter is not None and wanted.fits(letter) and letter.id not in seen:
            seen.add(letter.id)
            yield letter


def in_parts(letters: Iterator[Letter]) -> Iterator[list[Letter]]:
    while part := list(islice(letters, _AT_ONCE)):
        yield part


def letter_of(key: bytes | None, value: bytes | None, headers: Any, at: float) -> Letter | None:
    """None for what somebody else put on the topic."""
    ours = {name: (content or b"").decode("utf-8", errors="replace") for name, content in headers if name in _ADDED}
    try:
        return Letter(
            id=ours["id"],
            topic=_input_topic(ours["topic"]),
            partition=int(ours["partition"]),
            offset=int(ours["offset"]),
            reason=ours["reason"],
            detail=ours.get("detail", ""),
            field=ours.get("field"),
            force=ours.get("force"),
            ref=ours.get("ref"),
            at=datetime.fromtimestamp(at, UTC),
            key=key,
            value=value or b"",
            headers=tuple((name, content) for name, content in headers if name not in _ADDED),
            first=_first(ours, key, value),
            cut_from=_number(ours, "cut-from"),
        )
    except (KeyError, ValueError):
        return None


def _input_topic(name: str) -> Topic:
    if name not in INPUT_TOPICS:
        raise ValueError(name)
    return Topic(name)


def _first(ours: Mapping[str, str], key: bytes | None, value: bytes | None) -> str | None:
    first = ours.get(REPLAY, "")
    return first if first.endswith(f"/{content_digest(key, value)}") else None


def _number(ours: Mapping[str, str], name: str) -> int | None:
    return int(ours[name]) if name in ours else None
