"""The parts of the page beside verdict and time line: facts, crimes, people, other logs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import orjson

from monitor.compliance.cancellation import Flaw, flaws
from monitor.compliance.case import Crime
from monitor.compliance.counting import Uncounted, uncounted
from monitor.contract.events import CrimeSnapshot
from monitor.contract.verdict import Severity, Status
from monitor.links import incident_link
from monitor.rulebook.types import course_of_conduct
from monitor.store.other_logs import OtherLog
from monitor.store.persons import Kind, Shared
from monitor.web.incident.view import View
from monitor.web.incident.words import CANCELLATIONS, FLAWS, ROLES, UNCOUNTED, joined
from monitor.web.queue.labels import SEVERITY_COLOURS, STATUS_COLOURS, STATUSES, channel_words
from monitor.web.words import moment, spoken

_CONFIRMED = {True: "confirms", False: "says it did not happen", None: ""}


class Fact(NamedTuple):
    name: str
    value: str


@dataclass(frozen=True)
class CrimeShown:
    ref: str
    offence: str
    recorded_at: datetime | None  # None: nothing is known of it but that it is named
    state: str
    colour: str
    lines: list[str]
    linked: bool
    may_accept_cancellation: bool = False
    may_accept_link: bool = True


@dataclass(frozen=True)
class OtherShown:
    ref: str
    href: str
    reported_at: datetime
    type: str
    status: str
    colour: str
    severity: str
    severity_colour: str
    why: str
    conduct: bool  # may be part of one course of conduct with this one


class CourseLog(NamedTuple):
    ref: str
    href: str
    reported_at: datetime | None  # None: it is not among those that are shown below


def facts(view: View) -> list[Fact]:
    log = view.log
    found = [
        Fact("Type", _types(view)),
        Fact("Reported by", channel_words(log.channel)),
        Fact("Reported", _reported(view)),
        Fact("Log", "Open" if log.status == "open" else _closed(log.closed_at)),
        Fact("Unit", log.unit or "None given"),
        Fact("Marked as", joined(spoken(slug) for slug in log.qualifiers)),
        Fact("Offences reported", "; ".join(view.offence_words(offence) for offence in log.reported_offences)),
        Fact("DASH risk", spoken(log.dash_risk or "")),
        Fact("Victims", "; ".join(_victims(view))),
        Fact("Suspects", "; ".join(_suspects(view))),
        Fact("Place", _place(view)),
        Fact("Duplicate of", log.duplicate_of or ""),
    ]
    return [fact for fact in found if fact.value]


def crimes(view: View) -> list[CrimeShown]:
    """Linked crimes first, then those that are named and not linked, then those named of which nothing is known."""
    linked = {crime.ref: crime for crime in view.case.linked}
    known = [_crime(revisions[-1].event, linked, view) for revisions in view.file.crimes.values()]
    named = [ref for ref in view.log.crime_refs if ref not in view.file.crimes]
    unknown = [CrimeShown(ref, "", None, "Not known yet", "grey", ["The log names it."], False) for ref in named]
    return [*sorted(known, key=lambda each: (not each.linked, each.ref)), *unknown]


def others(view: View) -> list[OtherShown]:
    return [_other(other, view) for other in view.file.others]


def course(view: View) -> list[CourseLog]:
    """The earlier logs that may be one course of conduct with this one; none where nothing is suggested."""
    known = {other.log.incident_ref: other.log.reported_at for other in view.file.others}
    return [CourseLog(ref, incident_link("", view.file.force, ref), known.get(ref)) for ref in view.file.course]


def raw(view: View) -> str:
    return orjson.dumps(orjson.loads(view.file.log[-1].content), option=orjson.OPT_INDENT_2).decode()


def _reported(view: View) -> str:
    said, set_to = moment(view.case.said.reported_at), view.case.ruling.reported_at
    return f"{said}; a registrar set it to {moment(set_to)}" if set_to else said


def _types(view: View) -> str:
    opening, closing = view.type_words(view.log.opening_type), view.log.closing_type
    return f"{opening}, closed as {view.type_words(closing)}" if closing else opening


def _closed(at: datetime | None) -> str:
    return f"Closed, {moment(at)}" if at else "Closed"


def _victims(view: View) -> Iterator[str]:
    for victim in view.log.victims:
        said = [_CONFIRMED[victim.confirmed], "vulnerable" if victim.vulnerable else "", victim.age_band or ""]
        yield _person(victim.person_key, [each for each in said if each])


def _suspects(view: View) -> Iterator[str]:
    for suspect in view.log.suspects:
        yield _person(suspect.person_key, [spoken(suspect.relationship).lower()] if suspect.relationship else [])


def _person(key: str | None, said: list[str]) -> str:
    return f"{key or 'no key'} ({', '.join(said)})" if said else key or "no key"


def _place(view: View) -> str:
    place = view.log.location
    if place is None:
        return ""
    where = f"{place.lat:.5f}, {place.lon:.5f}" if place.lat is not None and place.lon is not None else ""
    beat = f"beat {place.beat}" if place.beat else ""
    return ", ".join(part for part in (where, beat, place.lsoa) if part)


def _crime(record: CrimeSnapshot, linked: dict[str, Crime], view: View) -> CrimeShown:
    crime = linked.get(record.crime_ref)
    case = view.case
    why_not = uncounted(crime, case.said, case.ruling, case.reported_at) if crime else None
    wrong = flaws(crime, view.cases) if crime in case.crimes and not crime.recorded else []
    state, colour = _crime_state(record, crime, why_not, wrong, view)
    return CrimeShown(
        ref=record.crime_ref,
        offence=view.offence_words(record.offence),
        recorded_at=record.recorded_at,
        state=state,
        colour=colour,
        lines=[*_how_linked(record, view), *_cancellation(record, wrong), *_why_not(why_not), *_accepted(record, view)],
        linked=crime is not None,
        may_accept_cancellation=bool(wrong) and record.crime_ref not in case.ruling.accepted_cancellations,
        may_accept_link=crime is None or why_not is Uncounted.TOO_OLD,
    )


def _crime_state(
    record: CrimeSnapshot, crime: Crime | None, why_not: Uncounted | None, wrong: list[Flaw], view: View
) -> tuple[str, str]:
    if crime is None:
        rejected = record.crime_ref in view.case.ruling.rejected_links
        return ("Link rejected" if rejected else "Not linked"), "grey"
    if not crime.recorded:
        return ("Cancelled wrongly", "red") if wrong else ("Cancelled", "grey")
    return ("Linked, does not count", "yellow") if why_not else ("Counts", "green")


def _how_linked(record: CrimeSnapshot, view: View) -> list[str]:
    ways = {
        "the log names it": record.crime_ref in view.log.crime_refs,
        "it names the log": view.file.ref in record.incident_refs,
        "a registrar accepted the link": record.crime_ref in view.case.ruling.accepted_links,
    }
    found = joined(way for way, holds in ways.items() if holds)
    return [f"{found[:1].upper()}{found[1:]}."] if found else []


def _why_not(why: Uncounted | None) -> list[str]:
    """A cancellation says so itself."""
    return [f"It does not count: {UNCOUNTED[why]}."] if why and why is not Uncounted.CANCELLED else []


def _accepted(record: CrimeSnapshot, view: View) -> list[str]:
    accepted = record.crime_ref in view.case.ruling.accepted_cancellations
    return ["A registrar accepted the cancellation."] if accepted and record.status == "cancelled" else []


def _cancellation(record: CrimeSnapshot, wrong: list[Flaw]) -> list[str]:
    if record.status == "recorded":
        return []
    return [
        _how_cancelled(record),
        *([f"It does not hold: {'; '.join(FLAWS[flaw] for flaw in wrong)}."] if wrong else []),
    ]


def _how_cancelled(record: CrimeSnapshot) -> str:
    given = record.cancellation
    if given is None:
        return "Cancelled without a reason."
    by = ROLES.get(given.decided_by_role or "", "nobody who is named")
    return f"{CANCELLATIONS.get(given.code or '', 'Cancelled without a known code')}, by {by}."


def _other(other: OtherLog, view: View) -> OtherShown:
    log = other.log
    verdict = orjson.loads(other.verdict) if other.verdict else None
    status, severity = (Status(verdict["status"]), Severity(verdict["severity"])) if verdict else (None, None)
    types = view.web.mappings.of(log.force)
    kinds = [types.canonical(code) for code in (log.opening_type, log.closing_type) if code]
    same_person = any(each.there is not Kind.PLACE for each in other.shared)
    return OtherShown(
        ref=log.incident_ref,
        href=incident_link("", log.force, log.incident_ref),
        reported_at=log.reported_at,
        type=view.type_words(log.closing_type or log.opening_type),
        status=STATUSES[status] if status else "Not judged yet",
        colour=STATUS_COLOURS[status] if status else "grey",
        severity=spoken(severity or ""),
        severity_colour=SEVERITY_COLOURS[severity] if severity else "grey",
        why=joined(sorted({_shared(each) for each in other.shared})),
        conduct=same_person and course_of_conduct(kinds) and course_of_conduct(view.case.said.types),
    )


def _shared(each: Shared) -> str:
    if each.there is Kind.PLACE:
        return "same place"
    if each.here.kind is each.there:
        return f"same {each.there} {each.here.key}"
    return f"{each.here.kind} here is {each.there} there: {each.here.key}"
