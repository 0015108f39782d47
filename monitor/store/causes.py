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
    """`otherwise`: what it is called where no event made it change.

    An event bears the time at which its merge began. It may have waited for a review that judged the case meanwhile,
    and is then older than that: the case is due since the very same time.
    """
    since = taken.judged_at
    sources = [source for node in knowledge.reach(taken.key) for source in knowledge.sources.get(node, ())]
    unseen = (each for each in sources if since is None or each.merged_at > since or each.merged_at == taken.due_since)
    latest = max(unseen, default=None)
    if latest:
        return Cause(latest.topic.value, latest.ref, latest.revision)
    if otherwise:
        return otherwise
    by_clock = taken.review_at is not None and taken.review_at <= now
    return Cause(CLOCK if by_clock else KNOWN_TIME)
