"""Whether the worker lives and whether it can work. Asked from the threads of the metrics server."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

from monitor import store
from monitor.store.schema_check import has_current_tables
from monitor.stream.parts import Parts
from monitor.stream.reading import Place, Reading
from monitor.telemetry.health import Report

FRESH_SECONDS = 10.0  # within which the broker must have told how far its topics reach
DATABASE_SECONDS = 5.0  # within which the database must answer


class Life:
    """Fails where a restart may help: nothing moves, nobody even asks for messages, and there are some.

    A broker or database that is away is no such thing, nor is a partition that is stopped on purpose.
    """

    def __init__(self, parts: Parts, reading: Reading, seconds: float) -> None:
        self._parts, self._reading, self._seconds = parts, reading, seconds

    def __call__(self) -> Report:
        return Report(tuple(self._problems()), tuple(self._notes()))

    def _problems(self) -> Iterator[str]:
        for loop in self._parts.loops():
            if not loop.is_alive():
                yield f"The {loop.name} loop has ended."
        behind = self._behind()
        quiet = time.monotonic() - max(self._reading.stirred_at, self._parts.merger.tried_at)
        if behind and quiet >= self._seconds:
            yield (
                f"For {quiet:.0f} s nothing was read or merged and no messages were asked for, "
                f"though {_partitions(behind)} not merged to the end."
            )

    def _behind(self) -> set[Place]:
        """The assigned partitions that have messages to merge, as far as the broker told that lately."""
        asked = self._parts.watch.asked
        if asked is None or time.time() - asked.asked_at > FRESH_SECONDS:
            return set()
        reads = self._reading.assigned - self._parts.merger.stops.held.keys()
        return {place for place in reads if asked.ends.get(place, 0) > self._reading.merged.get(place, 0)}

    def _notes(self) -> Iterator[str]:
        for (topic, partition), offset in sorted(self._parts.merger.stops.held.items()):
            yield f"{topic.value}, partition {partition}, is stopped at offset {offset}: too much cannot be read."


class Readiness:
    """Fails while the worker cannot do its work, whoever is to blame."""

    def __init__(self, parts: Parts, has_started: Callable[[], bool]) -> None:
        self._parts, self._has_started = parts, has_started
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="ready")  # a database that hangs, hangs one thread

    def __call__(self) -> Report:
        problems = [self._database(), self._broker() or self._sending()]
        if not self._has_started():
            problems.append("The topics are not read yet.")
        return Report(tuple(problem for problem in problems if problem))

    def _database(self) -> str | None:
        try:
            if self._asking.submit(has_current_tables, self._parts.engine).result(DATABASE_SECONDS):
                return self._waited_for()
        except store.DatabaseAway as away:
            return f"The database does not answer: {away}."
        except Late:
            return f"The database has not answered for {DATABASE_SECONDS:.0f} s."
        return "The database's tables are of another version of the monitor."

    def _waited_for(self) -> str | None:
        """It answers questions, but may be full or read-only."""
        outages = [self._parts.merger.outages, *[loop.outages for loop in self._parts.loops()]]
        waiting = [each.database_away for each in outages]
        return next((f"The worker waits for the database: {reason}." for reason in waiting if reason), None)

    def _broker(self) -> str | None:
        asked = self._parts.watch.asked
        if asked is None:
            return "The broker has not answered yet, or a topic is missing (`monitor topics create`)."
        silent = time.time() - asked.asked_at
        return None if silent <= FRESH_SECONDS else f"The broker has not answered for {silent:.0f} s."

    def _sending(self) -> str | None:
        """It answers, but may not take what is sent to one of the topics."""
        waiting = [relay.outages.broker_away for relay in self._parts.relays.loops]
        return next((f"The worker waits to send to {reason}." for reason in waiting if reason), None)


def _partitions(places: set[Place]) -> str:
    named = ", ".join(f"{topic.value} {partition}" for topic, partition in sorted(places))
    return f"{named} {'is' if len(places) == 1 else 'are'}"
