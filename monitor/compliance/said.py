"""What a log has said, over every revision received: re-coding a log cannot make it quieter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.contract.events import IncidentSnapshot
from monitor.rulebook import Rulebook
from monitor.rulebook.mapping import TypeMapping
from monitor.rulebook.offences import OffenceFacts
from monitor.rulebook.severity import DOMESTIC_ABUSE_SLUG, VULNERABLE_QUALIFIERS
from monitor.rulebook.types import CHANNEL_TYPES, UNMAPPED, expects_crime, groups_of, is_crime


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision in canonical terms."""

    opening: str | None  # canonical types
    closing: str | None
    by_channel: str | None
    offences: tuple[OffenceFacts, ...]
    domestic_abuse: bool

    @property
    def because(self) -> list[str]:
        """Which of its own fields expect a crime record."""
        holds = (
            ("channel", self.by_channel is not None),
            ("closing_type", self.closing is not None and expects_crime(self.closing)),
            ("opening_type", self.opening is not None and expects_crime(self.opening)),
            ("qualifier", self.domestic_abuse),
            ("reported_offence", any(offence.on_list or offence.odd_code for offence in self.offences)),
        )
        return [name for name, held in holds if held]

    @property
    def types(self) -> list[str]:
        return [kind for kind in (self.opening, self.closing, self.by_channel) if kind is not None]


@dataclass(frozen=True, slots=True)
class Said:
    latest: Revision
    because: tuple[str, ...]  # of the latest revision, else `earlier_revision` if one once did
    types: frozenset[str]  # opening, closing and by channel
    coded: frozenset[str]  # opening and closing only
    offences: tuple[OffenceFacts, ...]
    groups: frozenset[str]  # of types and reported offences
    qualifiers: frozenset[str]
    channels: frozenset[str]
    high_risk: bool  # a DASH risk of high
    child: bool
    vulnerable: bool
    confirmed: bool
    reported_at: datetime  # the earliest
    report_time_changed: bool

    @property
    def now(self) -> str:
        """The type that the log says now."""
        return self.latest.closing or self.latest.opening or UNMAPPED

    @property
    def crime_types(self) -> list[str]:
        return [kind for kind in self.types if is_crime(kind)]

    @property
    def notifiable(self) -> bool:
        return any(offence.on_list for offence in self.offences)


def read_revision(log: IncidentSnapshot, latest: bool, rulebook: Rulebook, types: TypeMapping) -> Revision:
    """No opening type is `unmapped` on the latest revision, and nothing on an earlier one."""
    untyped = UNMAPPED if latest else None
    return Revision(
        opening=types.canonical(log.opening_type) if log.opening_type else untyped,
        closing=types.canonical(log.closing_type) if log.closing_type else None,
        by_channel=CHANNEL_TYPES.get(log.channel),
        offences=tuple(rulebook.offences.facts(offence) for offence in log.reported_offences if offence.given),
        domestic_abuse=DOMESTIC_ABUSE_SLUG in log.qualifiers,
    )


def said_by(revisions: Sequence[IncidentSnapshot], rulebook: Rulebook, types: TypeMapping) -> Said:
    """`revisions` of one log, the standing one last."""
    read = [read_revision(log, log is revisions[-1], rulebook, types) for log in revisions]
    because = read[-1].because
    if not because and any(revision.because for revision in read[:-1]):
        because = ["earlier_revision"]
    all_types = frozenset(kind for revision in read for kind in revision.types)
    offences = tuple(offence for revision in read for offence in revision.offences)
    victims = [victim for log in revisions for victim in log.victims]
    qualifiers = frozenset(slug for log in revisions for slug in log.qualifiers)
    times = {log.reported_at for log in revisions}
    return Said(
        latest=read[-1],
        because=tuple(because),
        types=all_types,
        coded=frozenset(kind for revision in read for kind in (revision.opening, revision.closing) if kind),
        offences=offences,
        groups=frozenset().union(*map(groups_of, all_types), *(offence.groups for offence in offences)),
        qualifiers=qualifiers,
        channels=frozenset(log.channel for log in revisions),
        high_risk=any(log.dash_risk == "high" for log in revisions),
        child=any(victim.age_band == "child" for victim in victims),
        vulnerable=any(victim.vulnerable for victim in victims) or not VULNERABLE_QUALIFIERS.isdisjoint(qualifiers),
        confirmed=any(victim.confirmed for victim in victims),
        reported_at=min(times),
        report_time_changed=len(times) > 1,
    )
