"""Partitions that are not read on, because too many of their messages cannot be read.

A stopped partition is held from the first message that would have been one letter too many: nothing from there on is
merged, and its progress stands. What was fetched of it is thrown away; Kafka keeps it. It is let go of only between two
Faust apps (`begin`), so that nothing fetched before can be merged after, and leave a hole.
"""

from collections.abc import Iterable
from typing import Any

from monitor.contract.codec import Unreadable
from monitor.contract.topics import Topic
from monitor.store import Places, Received
from monitor.store.dead_letters import replayed_letter
from monitor.store.stops import Stop, lift_stop, lift_where_raised, stop_partition, stops
from monitor.stream.dead_letters.limit import Count, Criterion, Limit
from monitor.stream.reading import Place
from monitor.telemetry.logs import get_logger

_log = get_logger(__name__)


class Stops:
    """Used by the merge thread, but for `holds` and `held`."""

    def __init__(self, engine: Any, limit: Limit) -> None:
        self._engine, self._limit = engine, limit
        self.held: dict[Place, int] = {}  # from which offset on
        self._free: dict[Place, int] = {}  # below which offset no letter counts
        self._counts: dict[Place, Count] = {}
        self._counted: dict[Place, int] = {}  # the offset after the last message counted
        self._unwritten: dict[Place, Criterion] = {}

    def holds(self, topic: Topic, partition: int, offset: int) -> bool:
        held = self.held.get((topic, partition))
        return held is not None and offset >= held

    def begin(self) -> None:
        """No app runs, and none of what was fetched is left: each partition may be looked at anew."""
        for place in self.held:
            self._counts.pop(place, None)
            self._counted.pop(place, None)
        self.held = {}

    def placed(self, places: Places, ends: Places) -> None:
        """These partitions were assigned, and are read from here. Raises DatabaseAway."""
        for place, at in places.items():
            if self._counted.get(place) != at:
                self._counts[place], self._counted[place] = Count(self._limit), at
        for place, stop in stops(self._engine).items():
            if place in places:
                self._stand(place, stop, ends[place])

    def passing(self, batch: list[Received]) -> list[Received]:
        """Those that no stop holds."""
        if not self.held:
            return batch
        return [each for each in batch if not self.holds(each.topic, each.partition, each.offset)]

    def count(self, batch: Iterable[Received]) -> list[Received]:
        """Those that may be merged. `write` must be called before they are."""
        return [each for each in batch if self._passes(each)]

    def write(self) -> None:
        """Keep what `count` and `refused` found. Raises DatabaseAway; nothing is lost by calling it again."""
        for place, criterion in list(self._unwritten.items()):
            letters = self._limit.allowed[criterion] or 0
            stop_partition(self._engine, place, self.held[place], criterion, letters)
            del self._unwritten[place]

    def refused(self, message: Received) -> bool:
        """The store refused a message for good: whether it may become a letter. `write` must be called if not."""
        return self._free_to(message) or not self._exceeds(message)

    def _stand(self, place: Place, stop: Stop, end: int) -> None:
        if stop.held_from is not None and stop.held_from > end:
            _log.warning("A stopped partition was made anew: it is read.", topic=place[0].value, partition=place[1])
            lift_stop(self._engine, place)
        elif stop.held_from is not None:
            self.held.setdefault(place, stop.held_from)
        if stop.free_to is not None:
            self._free[place] = stop.free_to

    def _passes(self, message: Received) -> bool:
        place, offset = (message.topic, message.partition), message.offset
        if self.held and self.holds(*place, offset):
            return False
        if offset < self._counted.get(place, 0):
            return True  # a repeat
        if not isinstance(message.content, Unreadable):
            self._count_of(place).readable()
        elif not self._free_to(message) and self._exceeds(message):
            return False
        self._counted[place] = offset + 1
        return True

    def _exceeds(self, message: Received) -> bool:
        place = message.topic, message.partition
        criterion = self._count_of(place).letter()
        if criterion is not None:
            self.held[place], self._unwritten[place] = message.offset, criterion
        return criterion is not None

    def _free_to(self, message: Received) -> bool:
        """Whether it may be a letter beyond any limit: an operator said so, or it was one before."""
        is_free = message.offset < self._free.get((message.topic, message.partition), 0)
        return is_free or replayed_letter(message.headers) is not None

    def _count_of(self, place: Place) -> Count:
        if place not in self._counts:
            self._counts[place] = Count(self._limit)
        return self._counts[place]


def lift_raised(engine: Any, limit: Limit) -> None:
    """A worker starts: what a raised limit would not have stopped goes on."""
    if lifted := lift_where_raised(engine, limit.allowed):
        _log.info("Stopped partitions are read on: the limit to dead letters was raised.", partitions=lifted)
