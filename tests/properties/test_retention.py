"""Nobody is named any more by what is kept of a log or record, and every verdict is what it was."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from hypothesis import given

from monitor.compliance.holdings import Holdings
from monitor.compliance.retention import condensed_crime, condensed_log, people_of
from monitor.contract.codec import Decoded, read
from monitor.contract.events import CrimeSnapshot, IncidentSnapshot
from monitor.contract.topics import Topic
from tests.properties.judging import assessed, batch_of, judged, printed, readable
from tests.properties.profile import examples
from tests.worlds import World, worlds

Found = dict[tuple[type, str, str], list[tuple[Any, bytes]]]


@examples(150)
@given(worlds())
def test_every_verdict_stays_to_the_letter(world: World) -> None:
    kept = condensed(list(readable(world.lines)))
    assert printed(judged(world, batch_of(kept), world.now)) == printed(assessed(world))


@examples(60)
@given(worlds())
def test_nothing_names_anybody_and_no_old_revision_is_left(world: World) -> None:
    kept = condensed(list(readable(world.lines)))
    snapshot_texts = [each.canonical for each in kept if isinstance(each.event, IncidentSnapshot | CrimeSnapshot)]
    for gone in (b'"p1"', b'"p2"', b'"p3"', b"Checked against", b'"lat"'):
        assert not any(gone in text for text in snapshot_texts)
    for (_, force, _), found in snapshots(kept).items():
        standing = standing_last(force, found)[-1][1]
        assert not any(b"person_key" in content for _, content in found if content != standing)


@examples(60)
@given(worlds())
def test_condensing_again_changes_no_verdict(world: World) -> None:
    twice = condensed(condensed(list(readable(world.lines))))
    assert printed(judged(world, batch_of(twice), world.now)) == printed(assessed(world))


@examples(100)
@given(worlds())
def test_a_later_revision_on_top_is_judged_as_on_top_of_all_there_was(world: World) -> None:
    """Its people under the same names: who came before is not known by any other."""
    events = list(readable(world.lines))
    latest = {key: max(each.revision for each, _ in found) for key, found in snapshots(events).items()}
    new = [each for each in events if is_newest(each, latest)]
    old = [each for each in events if each not in new]
    names = names_in(events)
    before = [*old, *new]
    after = [*condensed(old, names), *(renamed(each, names) for each in new)]
    assert printed(judged(world, batch_of(after), world.now)) == printed(judged(world, batch_of(before), world.now))


def is_newest(each: Decoded, latest: Mapping[tuple[type, str, str], int]) -> bool:
    """Whether it is a revision of a log above all others of it."""
    return isinstance(each.event, IncidentSnapshot) and each.event.revision == latest[key_of(each)] > 0


def condensed(events: Sequence[Decoded], names: Mapping[str, str] | None = None) -> list[Decoded]:
    """All logs and records of a world, as if they were one group."""
    names = names or names_in(events)
    kept = [each for each in events if not isinstance(each.event, IncidentSnapshot | CrimeSnapshot)]
    for (kind, force, ref), found in snapshots(events).items():
        ordered = standing_last(force, found)
        if kind is IncidentSnapshot:
            values = condensed_log([(event, orjson.loads(content)) for event, content in ordered], names)
            kept += [read(Topic.INCIDENTS, value) for value in values]
        else:
            kept.append(read(Topic.CRIME_RECORDS, condensed_crime(orjson.loads(ordered[-1][1]), names)))
        assert ref
    return kept


def snapshots(events: Iterable[Decoded]) -> Found:
    found: Found = {}
    for each in events:
        if isinstance(each.event, IncidentSnapshot | CrimeSnapshot):
            found.setdefault(key_of(each), []).append((each.event, each.canonical))
    return found


def key_of(each: Decoded) -> tuple[type, str, str]:
    event = each.event
    assert isinstance(event, IncidentSnapshot | CrimeSnapshot)
    return type(event), event.force, event.incident_ref if isinstance(event, IncidentSnapshot) else event.crime_ref


def standing_last(force: str, found: list[tuple[Any, bytes]]) -> list[tuple[Any, bytes]]:
    holdings, content = Holdings(force), {id(event): canonical for event, canonical in found}
    for event, canonical in found:
        holdings.add(event, canonical)
    if isinstance(found[0][0], IncidentSnapshot):
        return [(event, content[id(event)]) for event in holdings.revisions(found[0][0].incident_ref)]
    crime = holdings.crime(found[0][0].crime_ref)
    return [(crime, content[id(crime)])]


def names_in(events: Iterable[Decoded]) -> dict[str, str]:
    keys = {
        key
        for each in events
        if isinstance(each.event, IncidentSnapshot | CrimeSnapshot)
        for key in people_of(each.event)
    }
    return {key: f"purged:{number}" for number, key in enumerate(sorted(keys))}


def renamed(each: Decoded, names: Mapping[str, str]) -> Decoded:
    value = orjson.loads(each.canonical)
    for person in (*value["victims"], *value["suspects"]):
        if person.get("person_key"):
            person["person_key"] = names[person["person_key"]]
    return read(Topic.INCIDENTS, value)
