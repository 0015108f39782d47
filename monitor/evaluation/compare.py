"""One story held against what the monitor told of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import UserError
from monitor.evaluation.replay import Incident
from monitor.evaluation.told import Raised, Told
from monitor.rulebook.limits import CLOSED_FOR, deadline
from monitor.simulator.plans import Expects
from monitor.simulator.truth import Truth

# A fault counts once the monitor can have told of it: a link may come late, and so may a heartbeat.
_ROOM = CLOSED_FOR + timedelta(hours=1)
_TO_END = timedelta(hours=1)  # within which an alert should end once its fault is put right


@dataclass(frozen=True, slots=True)
class Compared:
    truth: Truth
    told: tuple[Told, ...]  # of each incident of the story that was seen
    ripe: bool  # it went wrong long enough ago

    def counts(self, expects: Expects) -> bool:
        """Whether a fault that should be told so, and could have been by now."""
        return self.truth.expects == expects and self.ripe

    @property
    def alerted_at(self) -> datetime | None:
        """The first alert before it was put right."""
        return min((alert.at for alert in self.alerts if self.is_right(alert.at)), default=None)

    @property
    def found_at(self) -> datetime | None:
        """The first finding before it was put right."""
        times = (at for told in self.told for at in told.findings.values())
        return min((at for at in times if self.is_right(at)), default=None)

    @property
    def is_told(self) -> bool:
        """As it should be: what should be a finding may come as an alert."""
        if self.truth.expects == Expects.ALERT:
            return self.alerted_at is not None
        if self.truth.expects == Expects.QUEUE:
            return any(self.is_right(at) for told in self.told for at in (told.suggested_at, told.named_at) if at)
        return self.found_at is not None or self.alerted_at is not None

    @property
    def alerts(self) -> Iterator[Raised]:
        return (alert for told in self.told for alert in told.alerts)

    @property
    def suggestions(self) -> Iterator[datetime]:
        return (told.suggested_at for told in self.told if told.suggested_at)

    @property
    def findings(self) -> Iterator[tuple[str, datetime]]:
        return (found for told in self.told for found in told.findings.items())

    def is_right(self, at: datetime) -> bool:
        """Whether the monitor is right to tell of this story at that time: of a fault that is not put right."""
        right = self.truth.put_right_at
        return self.truth.visible is True and (right is None or at <= right)

    def stands_on(self, end: datetime) -> list[bool]:
        """Of each right alert whose fault was put right long enough ago: whether it has not ended since."""
        right = self.truth.put_right_at
        if right is None or right > end - _TO_END:
            return []
        ended = [alert.ended_at for alert in self.alerts if self.is_right(alert.at)]
        return [each is None or each > right + _TO_END for each in ended]

    @property
    def hours_before_deadline(self) -> float | None:
        if self.alerted_at is None:
            return None
        return (deadline(self.truth.reported_at) - self.alerted_at).total_seconds() / 3600


def compare(truths: Iterable[Truth], told: Mapping[Incident, Told], end: datetime) -> list[Compared]:
    """Every story that began by `end`. Raises UserError where an incident is in no story."""
    compared = [_compared(truth, told, end) for truth in truths if truth.reported_at <= end]
    known = {(each.truth.force, ref) for each in compared for ref in each.truth.incident_refs}
    if strange := sorted(told.keys() - known):
        raise UserError(f"{len(strange)} incidents are in no line of the truth, such as {strange[0][1]}.")
    return compared


def _compared(truth: Truth, told: Mapping[Incident, Told], end: datetime) -> Compared:
    of_story = (told.get((truth.force, ref)) for ref in truth.incident_refs)
    ripe = truth.wrong_at is not None and truth.wrong_at <= end - _ROOM
    return Compared(truth, tuple(each for each in of_story if each), ripe)
