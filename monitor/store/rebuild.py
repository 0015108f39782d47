"""A store made anew from the input topics, and put in the place of the one in use."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from monitor.contract.topics import Topic
from monitor.store.aside import drop_aside, open_aside, swap
from monitor.store.attendance import staying
from monitor.store.audit import NO_FORCE, Deed, append
from monitor.store.carrying import carry_alerts, carry_missing, carry_over, fingerprint
from monitor.store.engine import DatabaseAway, reading
from monitor.store.heartbeats import needs_ends
from monitor.store.letters import settle_read
from monitor.store.merge import merge
from monitor.store.people import Actor
from monitor.store.presence import Presence, Work, come
from monitor.store.progress import place
from monitor.store.review import review_due
from monitor.store.shapes import BrokerEnds, Judge, Places, Received
from monitor.store.stops import stops

REBUILT = "rebuilt"  # the action of an audit entry
LAST_ROUND = 2000  # a round with fewer messages is the last: a worker reads the rest
MOST_ROUNDS = 10
_SAY_EVERY = 5.0  # seconds

Say = Callable[[str], None]


class Topics(Protocol):
    """The input topics, read once from their beginnings."""

    def begins(self) -> Places: ...

    def ends(self) -> Places: ...

    def batches(self, until: Places) -> Iterator[Sequence[Received]]: ...


class ChangedMeanwhile(Exception):  # noqa: N818 - a state to be told, not a mistake
    """Somebody has written to the store in use. It stands as it is; nothing was put in its place."""


@dataclass(frozen=True)
class Rebuild:
    """Raises Occupied where somebody else works with the store, ChangedMeanwhile, DatabaseAway, and what topics raise.

    Until its last step, which is one transaction, nothing that the store holds is changed.
    """

    engine: Engine
    database_url: str
    judge: Judge
    now: Callable[[], datetime]
    say: Say
    by: Actor

    def run(self, topics: Topics) -> None:
        who = Presence(Work.REBUILD)
        come(self.engine, who, unless={*Work})
        with staying(self.engine, who), self._aside() as fresh:
            before = self._fingerprint()
            self._fill(fresh, topics)
            merged = self._catch_up(fresh, topics)
            append(fresh, Deed(NO_FORCE, REBUILT, self.by, detail={"messages": merged}))
            self.say("Putting it in the place of the old one …")
            swap(self.engine, fresh, lambda connection: _must_be(connection, before))

    @contextmanager
    def _aside(self) -> Iterator[Engine]:
        fresh = open_aside(self.engine, self.database_url)
        try:
            yield fresh
        finally:
            fresh.dispose()
            with suppress(DatabaseAway):
                drop_aside(self.engine)

    def _fingerprint(self) -> Sequence[Any]:
        with reading(self.engine) as connection:
            return fingerprint(connection)

    def _fill(self, fresh: Engine, topics: Topics) -> None:
        self.say("Carrying over what does not come from topics …")
        carry_over(self.engine, fresh)
        begins = topics.begins()
        if cut := sorted(f"{topic.value}/{number}" for (topic, number), at in begins.items() if at):
            self.say(f"The beginnings of {', '.join(cut)} are not kept any more.")
        place(fresh, begins)

    def _catch_up(self, fresh: Engine, topics: Topics) -> int:
        """Merge and judge, round after round, until little came meanwhile."""
        asked, merged = self._merge(fresh, topics)
        self._carry_the_rest(fresh)
        self._review(fresh, topics, asked)
        for _ in range(MOST_ROUNDS):
            asked, more = self._merge(fresh, topics)
            self._review(fresh, topics, asked)
            merged += more
            if more < LAST_ROUND:
                break
        return merged

    def _carry_the_rest(self, fresh: Engine) -> None:
        taken, unreadable = carry_missing(self.engine, fresh)
        if taken:
            self.say(f"{taken} events are in no topic any more: they were carried over from the old store.")
        if unreadable:
            self.say(f"{unreadable} events of the old store are in no topic and cannot be read: they are left behind.")
        carry_alerts(self.engine, fresh)

    def _merge(self, fresh: Engine, topics: Topics) -> tuple[BrokerEnds, int]:
        """All that stands in the topics now; of a stopped partition what was merged before."""
        taken_at, ends = self.now(), topics.ends()
        held = {at: stop.held_from for at, stop in stops(fresh).items() if stop.held_from is not None}
        until = {at: min(end, held.get(at, end)) for at, end in ends.items()}
        crime_records = {number: end for (topic, number), end in ends.items() if topic is Topic.CRIME_RECORDS}
        merged, said = 0, time.monotonic()
        for batch in topics.batches(until):
            merge(fresh, batch, crime_records if needs_ends(batch) else None)
            settle_read(fresh, batch)
            merged += len(batch)
            said = self._progress(said, f"{merged} messages merged …")
        place(fresh, until)
        self.say(f"{merged} messages merged.")
        return BrokerEnds(ends, taken_at), merged

    def _review(self, fresh: Engine, topics: Topics, asked: BrokerEnds) -> None:
        """What came since the topics were last `asked` about is not merged yet."""
        ends = topics.ends()
        judged, failures, said, more = 0, 0, time.monotonic(), True
        while more:
            now = self.now()
            reviewed = review_due(fresh, self.judge, now, BrokerEnds(ends, now, (asked,)))
            judged, failures, more = judged + reviewed.taken, failures + len(reviewed.failures), reviewed.more
            said = self._progress(said, f"{judged} incidents judged …")
        self.say(f"{judged} incidents judged.")
        if failures:
            self.say(f"{failures} incidents could not be judged and are put off; their verdicts stand as they were.")

    def _progress(self, said: float, line: str) -> float:
        if time.monotonic() - said < _SAY_EVERY:
            return said
        self.say(line)
        return time.monotonic()


def _must_be(connection: Connection, before: Sequence[Any]) -> None:
    if fingerprint(connection) != before:
        raise ChangedMeanwhile
