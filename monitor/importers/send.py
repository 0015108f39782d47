"""What has been folded, as lines in the order in which they are sent, counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.contract.topics import Topic
from monitor.importers.fold import Fold, Folded
from monitor.importers.spec import Mapping
from monitor.importers.tally import Tally
from monitor.importers.wire import Line, Part, heartbeat, snapshot
from monitor.rulebook.mapping import TypeMapping
from monitor.rulebook.types import UNMAPPED


@dataclass
class Sender:
    mapping: Mapping
    types: TypeMapping
    tally: Tally
    latest: datetime | None = None  # of all times sent so far

    def flush(self, fold: Fold) -> Iterator[Line]:
        for made in fold.take():
            yield from self._incident(made) if isinstance(made, Folded) else self._crime(made)

    def heartbeats(self, exported_at: datetime | None) -> Iterator[Line]:
        """Last of all: that everything known up to then has been sent."""
        as_of = exported_at or (self.latest if self.mapping.heartbeats else None)
        if as_of is None:
            return
        feeds = {Topic.INCIDENTS: self.mapping.incident, Topic.CRIME_RECORDS: self.mapping.crime}
        for feed in (feed for feed, given in feeds.items() if given is not None):
            self.tally.heartbeats += 1
            yield heartbeat(self.mapping.force, feed, as_of)

    def _incident(self, made: Folded) -> Iterator[Line]:
        """What its rows say differently of its type goes before, as earlier revisions: the monitor hears all of it."""
        self.tally.incidents += 1
        self._note(made.part)
        for back, types in zip(range(len(made.said_too), 0, -1), made.said_too, strict=True):
            self._count_codes(types)
            yield snapshot({**made.part, **types}, earlier=back)
        self._count_codes(made.part)
        yield snapshot(made.part)

    def _crime(self, made: Part) -> Iterator[Line]:
        self.tally.crime_records += 1
        self._note(made)
        yield snapshot(made)

    def _note(self, part: Part) -> None:
        times = (value for value in part.values() if isinstance(value, datetime))
        self.latest = max([*times, *([self.latest] if self.latest else [])])

    def _count_codes(self, said: Part) -> None:
        for code in (said["opening_type"], said["closing_type"]):
            if code:
                self.tally.code("types", code, self.types.canonical(code) != UNMAPPED)
