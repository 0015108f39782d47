"""What a log has said, over every revision received: re-coding a log cannot make it quieter."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from monitor.contract.events import IncidentSnapshot, LogVictim
from monitor.rulebook import Rulebook
from monitor.rulebook.mapping import TypeMapping
from monitor.rulebook.offences import OffenceFacts
from monitor.rulebook.severity import DOMESTIC_ABUSE_SLUG, VULNERABLE_QUALIFIERS
from monitor.rulebook.types import CHANNEL_TYPES, UNMAPPED, expects_crime, groups_of, is_crime


class Coding(NamedTuple):
    """How one revision is coded, in canonical terms, and what follows from that alone."""

    opening: str | None
    closing: str | None
    because: tuple[str, ...]  # which of its types and channel expect a crime record
    coded: frozenset[str]  # opening and closing
    types: frozenset[str]  # these, and that by channel
    groups: frozenset[str]


@lru_cache(maxsize=4096)  # few come again and again
def coding_of(opening: str | None, closing: str | None, channel: str) -> Coding:
    by_channel = CHANNEL_TYPES.get(channel)
    found = []
    if by_channel is not None:
        found.append("channel")
    if closing is not None and expects_crime(closing):
        found.append("closing_type")
    if opening is not None and expects_crime(opening):
        found.append("opening_type")
    coded = frozenset(kind for kind in (opening, closing) if kind is not None)
    types = coded if by_channel is None else coded | {by_channel}
    return Coding(opening, closing, tuple(found), coded, types, frozenset().union(*map(groups_of, types)))


class Revision(NamedTuple):
    """One revision in canonical terms."""

    coding: Coding
    offences: tuple[OffenceFacts, ...]
    domestic_abuse: bool

    @property
    def because(self) -> tuple[str, ...]:
        """Which of its own fields expect a crime record."""
        also = ["qualifier"] if self.domestic_abuse else []
        also += ["reported_offence"] if any(each.on_list or each.odd_code for each in self.offences) else []
        return (*self.coding.because, *also)


class Said(NamedTuple):
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
        return self.latest.coding.closing or self.latest.coding.opening or UNMAPPED

    @property
    def crime_types(self) -> list[str]:
        return [kind for kind in self.types if is_crime(kind)]

    @property
    def notifiable(self) -> bool:
        return any(offence.on_list for offence in self.offences)


def read_revision(log: IncidentSnapshot, latest: bool, rulebook: Rulebook, types: TypeMapping) -> Revision:
    """No opening type is `unmapped` on the latest revision, and nothing on an earlier one."""
    untyped = UNMAPPED if latest else None
    opening = types.canonical(log.opening_type) if log.opening_type else untyped
    closing = types.canonical(log.closing_type) if log.closing_type else None
    return Revision(
        coding=coding_of(opening, closing, log.channel),
        offences=tuple(rulebook.offences.facts(offence) for offence in log.reported_offences if offence.given),
        domestic_abuse=DOMESTIC_ABUSE_SLUG in log.qualifiers,
    )


def said_by(revisions: Sequence[IncidentSnapshot], rulebook: Rulebook, types: TypeMapping) -> Said:
    """`revisions` of one log, the standing one last."""
    read = [read_revision(log, log is revisions[-1], rulebook, types) for log in revisions]
    because = read[-1].because
    if not because and any(revision.because for revision in read[:-1]):
        because = ("earlier_revision",)
    codings = [revision.coding for revision in read]
    offences = tuple([offence for revision in read for offence in revision.offences])
    qualifiers: set[str] = set()
    channels: set[str] = set()
    victims: list[LogVictim] = []
    for log in revisions:
        qualifiers.update(log.qualifiers)
        channels.add(log.channel)
        victims += log.victims
    vulnerable = True in [victim.vulnerable for victim in victims] or not VULNERABLE_QUALIFIERS.isdisjoint(qualifiers)
    times = {log.reported_at for log in revisions}
    return Said(
        latest=read[-1],
        because=because,
        types=frozenset().union(*[coding.types for coding in codings]),
        coded=frozenset().union(*[coding.coded for coding in codings]),
        offences=offences,
        groups=frozenset().union(*[each.groups for each in codings], *[each.groups for each in offences]),
        qualifiers=frozenset(qualifiers),
        channels=frozenset(channels),
        high_risk="high" in [log.dash_risk for log in revisions],
        child="child" in [victim.age_band for victim in victims],
        vulnerable=vulnerable,
        confirmed=True in [victim.confirmed for victim in victims],
        reported_at=min(times),
        report_time_changed=len(times) > 1,
    )
