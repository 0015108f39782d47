"""What changed from one revision of a log to the next, in sentences."""

from collections.abc import Callable, Iterable, Iterator

from monitor.contract.events import IncidentSnapshot, LogSuspect, LogVictim, Reason
from monitor.web.incident.view import View
from monitor.web.incident.words import inner, people, reason_words
from monitor.web.queue.labels import channel_words
from monitor.web.words import moment, spoken


def opened(log: IncidentSnapshot, view: View) -> list[str]:
    """The first revision that was received."""
    said = [f"Type: {view.type_words(log.opening_type)}. Reported by: {channel_words(log.channel)}."]
    said += [f"{people(len(log.victims), 'victim').capitalize()}, {people(len(log.suspects), 'suspect')} named."]
    said += [f"Marked as {spoken(slug).lower()}." for slug in log.qualifiers]
    said += [f"Reported: {view.offence_words(offence)}." for offence in log.reported_offences]
    said += [f"Names the crime {ref}." for ref in log.crime_refs]
    return [*said, *_closed(None, log), *_reason(None, log), *_duplicate(None, log)]


def changed(before: IncidentSnapshot, after: IncidentSnapshot, view: View) -> list[str]:
    """None where nothing that the monitor reads has changed."""
    said = [sentence for part in _PARTS for sentence in part(before, after)]
    return [*_types(before, after, view), *_offences(before, after, view), *said]


def _types(before: IncidentSnapshot, after: IncidentSnapshot, view: View) -> Iterator[str]:
    for name in ("opening", "closing"):
        was, is_now = getattr(before, f"{name}_type"), getattr(after, f"{name}_type")
        if was != is_now:
            change = f"from {view.type_words(was)} to {view.type_words(is_now)}" if was else view.type_words(is_now)
            yield f"{name.capitalize()} type: {change}."


def _offences(before: IncidentSnapshot, after: IncidentSnapshot, view: View) -> Iterator[str]:
    were, are = before.reported_offences, after.reported_offences
    yield from (f"Now reported: {view.offence_words(offence)}." for offence in are if offence not in were)
    yield from (f"No longer reported: {view.offence_words(offence)}." for offence in were if offence not in are)


def _closed(before: IncidentSnapshot | None, after: IncidentSnapshot) -> Iterator[str]:
    if before is not None and before.status == after.status:
        return
    if after.status == "closed":
        yield f"The log was closed, {moment(after.closed_at)}." if after.closed_at else "The log was closed."
    elif before is not None:
        yield "The log was opened again."


def _reason(before: IncidentSnapshot | None, after: IncidentSnapshot) -> Iterator[str]:
    was, given = before.no_crime_reason if before else None, after.no_crime_reason
    if was == given:
        return
    if given is None:
        yield "The reason for no crime was taken out."
        return
    yield f"Reason for no crime: {inner(reason_words(given.code))}."
    yield from _about_reason(given)


def _about_reason(given: Reason) -> Iterator[str]:
    yield f"Rationale: {given.rationale}" if given.rationale else "No rationale is given."
    if given.related_ref:
        yield f"It refers to {given.related_ref}."
    if given.receiving_force_ref:
        yield f"The other force has it as {given.receiving_force_ref}."
    if given.supervisor_reviewed:
        yield "A supervisor has reviewed it."
    if given.victim_informed_at:
        yield f"The victim was told, {moment(given.victim_informed_at)}."


def _duplicate(before: IncidentSnapshot | None, after: IncidentSnapshot) -> Iterator[str]:
    was = before.duplicate_of if before else None
    if was != after.duplicate_of:
        yield (
            f"Marked as a duplicate of {after.duplicate_of}." if after.duplicate_of else "No longer marked a duplicate."
        )


def _reported(before: IncidentSnapshot, after: IncidentSnapshot) -> Iterator[str]:
    if before.reported_at != after.reported_at:
        yield f"Time of report: from {moment(before.reported_at)} to {moment(after.reported_at)}."


def _plain(before: IncidentSnapshot, after: IncidentSnapshot) -> Iterator[str]:
    if before.channel != after.channel:
        yield f"Reported by: from {channel_words(before.channel)} to {channel_words(after.channel)}."
    if before.unit != after.unit:
        yield f"Unit: from {before.unit or 'none'} to {after.unit or 'none'}."
    if before.dash_risk != after.dash_risk:
        yield f"DASH risk: from {before.dash_risk or 'not assessed'} to {after.dash_risk or 'not assessed'}."
    if before.location != after.location:
        yield "The location was changed."


def _lists(before: IncidentSnapshot, after: IncidentSnapshot) -> Iterator[str]:
    yield from _list(before.qualifiers, after.qualifiers, "Marked as {}.", "No longer marked as {}.", _slug)
    yield from _list(before.crime_refs, after.crime_refs, "Names the crime {}.", "No longer names the crime {}.", str)


def _slug(slug: str) -> str:
    return spoken(slug).lower()


def _list(were: Iterable[str], are: Iterable[str], new: str, gone: str, words: Callable[[str], str]) -> Iterator[str]:
    were, are = list(were), list(are)
    yield from (new.format(words(each)) for each in are if each not in were)
    yield from (gone.format(words(each)) for each in were if each not in are)


def _victims(before: IncidentSnapshot, after: IncidentSnapshot) -> Iterator[str]:
    if before.victims == after.victims:
        return
    if len(before.victims) != len(after.victims):
        yield f"From {people(len(before.victims), 'victim')} to {people(len(after.victims), 'victim')}."
    were, are = _confirmed(before.victims), _confirmed(after.victims)
    if were != are:
        yield f"Victims who confirm that it happened: from {were} to {are}."
    if len(before.victims) == len(after.victims) and were == are:
        yield "What is said of the victims was changed."


def _confirmed(victims: Iterable[LogVictim]) -> int:
    return sum(victim.confirmed is True for victim in victims)


def _suspects(before: IncidentSnapshot, after: IncidentSnapshot) -> Iterator[str]:
    if len(before.suspects) != len(after.suspects):
        yield f"From {people(len(before.suspects), 'suspect')} to {people(len(after.suspects), 'suspect')}."
    new = set(_relationships(after.suspects)) - set(_relationships(before.suspects))
    yield from (f"A suspect is now said to be: {_slug(each)}." for each in sorted(new))


def _relationships(suspects: Iterable[LogSuspect]) -> Iterator[str]:
    return (suspect.relationship for suspect in suspects if suspect.relationship)


_PARTS: tuple[Callable[[IncidentSnapshot, IncidentSnapshot], Iterator[str]], ...] = (
    _reported,
    _closed,
    _reason,
    _duplicate,
    _lists,
    _plain,
    _victims,
    _suspects,
)
