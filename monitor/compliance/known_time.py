"""Known time: up to when the crime records of a force are known, so that an absence can be said."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.rulebook.limits import HEARTBEAT_AHEAD


@dataclass(frozen=True, slots=True)
class KnownTime:
    """The known time of a force at any time of the clock, should no further heartbeat come.

    `heartbeats` are the `as_of` of its crime-records heartbeats; with none, known time is the clock. `at_most` holds it
    back while the stream has not merged all that it should; `at_least` is what was known before: it never falls.
    """

    heartbeats: tuple[datetime, ...] = ()
    at_most: datetime | None = None
    at_least: datetime | None = None

    @classmethod
    def of(cls, heartbeats: Collection[datetime], now: datetime) -> "KnownTime":
        """As far as these heartbeats can matter at `now` or later: the newest near the clock, and all ahead."""
        ahead = {as_of for as_of in heartbeats if as_of - HEARTBEAT_AHEAD > now}
        near = max((as_of for as_of in heartbeats if as_of not in ahead), default=None)
        return cls((*([near] if near else []), *sorted(ahead)))

    def at(self, now: datetime) -> datetime:
        near = [as_of for as_of in self.heartbeats if as_of - HEARTBEAT_AHEAD <= now]
        known = min(now, max(near)) if near else now
        if self.at_most is not None:
            known = min(known, self.at_most)
        if self.at_least is not None:
            known = max(known, min(self.at_least, now))
        return known

    def steps(self, now: datetime) -> Iterable[datetime]:
        """The times after `now` at which a heartbeat that was too far ahead begins to count."""
        return (as_of - HEARTBEAT_AHEAD for as_of in self.heartbeats if as_of - HEARTBEAT_AHEAD > now)
