"""What made a verdict change: the latest event merged since it was last judged, else time, or other rules."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.store.knowledge import Knowledge
from monitor.store.taking import Taken

CLOCK, KNOWN_TIME, RULEBOOK = "clock", "known_time", "rulebook"


@dataclass(frozen=True, slots=True)
class Cause:
    kind: str  # a topic, `clock`, `known_time` or `rulebook`
    ref: str | None = None  # the incident, crime record or decision that changed; the edition of the rules
    revision: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "ref": self.ref, "revision": self.revision}


def cause_of(taken: Taken, knowledge: Knowledge, now: datetime, otherwise: Cause | None = None) -> Cause:
    """`otherwise`: what it is called where no event made it change."""
    since = taken.judged_at
    sources = [source for node in knowledge.reach(taken.key) for source in knowledge.sources.get(node, ())]
    latest = max((source for source in sources if since is None or source.merged_at > since), default=None)
    if latest:
        return Cause(latest.topic.value, latest.ref, latest.revision)
    if otherwise:
        return otherwise
    by_clock = taken.review_at is not None and taken.review_at <= now
    return Cause(CLOCK if by_clock else KNOWN_TIME)
