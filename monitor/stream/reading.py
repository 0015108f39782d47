import time
from collections.abc import Iterable, Mapping
from typing import Any

from monitor.contract.topics import Topic
from monitor.store import Places

Place = tuple[Topic, int]


class Reading:
    """How far each assigned partition is read and merged, in offsets of the message that comes next."""

    def __init__(self) -> None:
        self.merged: dict[Place, int] = {}
        self._read: dict[Place, tuple[int, int]] = {}  # after the last message read; the position
        self.stirred_at = time.monotonic()  # the last time anything was read, merged or just asked for

    def placed(self, places: Places) -> None:
        """Partitions were assigned, and are read from here."""
        self._read = {place: (at, at) for place, at in places.items()}
        self.merged.update(places)
        self.stirred_at = time.monotonic()

    @property
    def assigned(self) -> set[Place]:
        return set(self._read)

    def was_read(self, positions: Mapping[Place, int], last: Mapping[Place, int]) -> None:
        """The positions after a fetch, and the last offset of each partition that it brought messages of."""
        self.stirred_at = time.monotonic()
        for place, position in positions.items():
            if place in self._read:
                after_last = last[place] + 1 if place in last else self._read[place][0]
                self._read[place] = (after_last, position)

    def was_merged(self, messages: Iterable[tuple[Topic, Any]]) -> None:
        self.stirred_at = time.monotonic()
        for topic, message in messages:
            self.merged[topic, message.partition] = message.offset + 1

    def ends_in_marks(self) -> Places:
        """Partitions of which all is merged, and the position is further: past the marks of a transaction.

        A position is no message, so progress would stay behind the end for good, and hold known time there.
        """
        return {
            place: position
            for place, (after_last, position) in list(self._read.items())
            if position > after_last and self.merged.get(place) == after_last
        }

    def skipped(self, places: Places) -> None:
        for place, position in places.items():
            self.merged[place] = position
            self._read[place] = (position, position)
