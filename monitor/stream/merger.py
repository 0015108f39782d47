"""Merge: messages become rows, in one thread for all topics."""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from monitor import store
from monitor.contract.codec import Unreadable
from monitor.contract.topics import Topic
from monitor.store import Places, Received
from monitor.stream.dead_letters.stops import Stops
from monitor.stream.ends import EndOffsets, crime_record_ends
from monitor.stream.outages import Outages, Stopped
from monitor.stream.receiving import received
from monitor.stream.relay import Relays
from monitor.stream.reviewer import Reviewer
from monitor.telemetry import metrics
from monitor.telemetry.logs import get_logger

_log = get_logger(__name__)

MOST_MESSAGES, MOST_BYTES = 2000, 16 * 1024 * 1024  # a batch
Messages = Sequence[tuple[Topic, Any]]  # with the messages as aiokafka gives them


class Merger:
    """All writing of what is received, in one thread and so in one order. `reviewer` and `relays` are told of it."""

    def __init__(self, engine: Any, ends: EndOffsets, reviewer: Reviewer, relays: Relays, stops: Stops) -> None:
        self._engine, self._ends = engine, ends
        store.keep_merged(engine)
        self.stops = stops
        self._reviewer, self._relays = reviewer, relays
        self._stopping = Event()
        self.outages = Outages(self._stopping)
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="merge")

    def stop(self) -> None:
        """Whatever is being waited for is given up; nothing of it was written."""
        self._stopping.set()
        self.thread.shutdown(cancel_futures=True)

    @property
    def tried_at(self) -> float:
        """When it last found the database or the broker away (monotonic)."""
        return self.outages.tried_at

    def begin(self) -> None:
        """Before each Faust app, when the one before it has ended."""
        self.stops.begin()

    def merge(self, messages: Messages) -> Messages:
        """Decode and merge. Returns when it is committed, however long that takes; raises Stopped.

        Answers those that were merged: all but what is held because its partition is stopped.
        """
        started = time.perf_counter()
        batch = self.stops.count([received(topic, message) for topic, message in messages])
        self.outages.outlast(self.stops.write)
        with self._reviewer.beside_merge(_is_full(messages)):
            # Taken after the last heartbeat was read and before any is merged: they bound all that stood before.
            ends = self._crime_record_ends() if store.needs_ends(batch) else None
            for merged in self._merged(batch, ends):
                self._account(merged)
        metrics.MERGE_SECONDS.observe(time.perf_counter() - started)
        for topic, number in {(each.topic, each.partition) for each in batch}:
            metrics.LAST_MERGE.labels(topic.value, number).set_to_current_time()
        if not self.stops.held:
            return messages
        return [each for each in messages if not self.stops.holds(each[0], each[1].partition, each[1].offset)]

    def starting_places(self, begins: Places, ends: Places) -> Places:
        """Where each newly assigned partition is read from, and noted as such: right after what was merged."""
        return self.outages.outlast(lambda: self._place(begins, ends))

    def skip_to(self, places: Places) -> None:
        """Nothing is left to merge below these offsets: what lies there are marks of transactions."""
        self.outages.outlast(lambda: store.skip(self._engine, places))

    def _place(self, begins: Places, ends: Places) -> Places:
        merged = {place: at.next_offset for place, at in store.progress(self._engine).items()}
        places = {place: starting_offset(place, merged.get(place), begins[place], ends[place]) for place in begins}
        store.place(self._engine, places, crime_record_ends(ends))
        self.stops.placed(places, ends)
        return places

    def _crime_record_ends(self) -> Mapping[int, int]:
        return crime_record_ends(self.outages.outlast(lambda: self._ends.ask([Topic.CRIME_RECORDS])))

    def _merged(self, batch: list[Received], ends: Mapping[int, int] | None) -> Iterable[store.Merged]:
        """If the store refuses a batch for good, halves of it are tried, until the one message at fault is alone."""
        batch = self.stops.passing(batch)
        if not batch:
            return []
        try:
            return [self.outages.outlast(lambda: store.merge(self._engine, batch, ends))]
        except Stopped:
            raise
        except Exception as error:
            _log.exception("A batch could not be merged as a whole.", messages=len(batch))
            if len(batch) == 1:
                return self._merged(self._refused(batch[0], error), ends)
            middle = len(batch) // 2
            return [*self._merged(batch[:middle], ends), *self._merged(batch[middle:], ends)]

    def _refused(self, message: Received, error: Exception) -> list[Received]:
        """The same as a dead letter; nothing where that would be one too many."""
        if isinstance(message.content, Unreadable):
            raise error
        if self.stops.refused(message):
            text = f"the store refused the message ({type(error).__name__})"
            return [message._replace(content=Unreadable("not_merged", text))]
        self.outages.outlast(self.stops.write)
        return []

    def _account(self, merged: store.Merged) -> None:
        for (topic, outcome), number in merged.outcomes.items():
            metrics.MESSAGES.labels(topic.value, outcome.value).inc(number)
        for reason, number in merged.dead_letters.items():
            metrics.DEAD_LETTERS.labels(reason).inc(number)
        if merged.dead_letters:
            self._relays.wake(Topic.DEAD_LETTERS)


def _is_full(messages: Messages) -> bool:
    return len(messages) >= MOST_MESSAGES or sum(len(message.value or b"") for _, message in messages) >= MOST_BYTES


def starting_offset(place: tuple[Topic, int], merged: int | None, begin: int, end: int) -> int:
    """After what was merged; from the beginning where that cannot be: nothing merged yet, or a topic made anew."""
    if merged is None or merged > end:
        if merged is not None:
            _log.warning("A topic ends before what was merged of it: it is read anew.", topic=place[0], merged=merged)
        return begin
    if merged < begin:
        _log.error("Messages were deleted before they were merged.", topic=place[0], messages=begin - merged)
    return max(merged, begin)
