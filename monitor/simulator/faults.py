"""What inspectors found forces do wrongly, planted. Some of it is put right in time, some late, some never."""

from datetime import datetime, timedelta
from typing import Any

from monitor.rulebook.limits import DUE_SOON, deadline
from monitor.simulator.offences import CONTACTS, DOMESTIC, SERIOUS, VOLUME, Reported, pick
from monitor.simulator.ordinary import RATIONALE
from monitor.simulator.story import Log, Record, Story, open_log, record_of, written


def closed_without_crime(story: Story) -> None:
    """A crime-type log is closed with no crime number; the bureau notices most of them."""
    crime = pick(story.rng, SERIOUS)
    log = open_log(story, crime)
    closed_at = story.after(1.0, 8.0)
    log.close(closed_at)
    story.goes_wrong(closed_at)
    if story.rng.random() < 0.7:
        _recorded_at_last(story, log, crime, story.after(2.3, 14.0, closed_at))


def recoded(story: Story) -> None:
    """Opened as a crime, closed as something quieter, with no reason."""
    log = open_log(story, pick(story.rng, SERIOUS))
    quieter = story.rng.choice(["nsir.asb_personal", "nsir.domestic_incident", "nsir.concern_for_safety"])
    closed_at = story.after(1.0, 10.0)
    log.close(closed_at, quieter)
    story.goes_wrong(closed_at)
    if story.rng.random() < 0.3:
        story.decide(log, "require_crime", story.after(3.0, 12.0, closed_at), rationale=RATIONALE)


def no_rationale(story: Story) -> None:
    """A code for why there is no crime, and nothing written to it."""
    log = open_log(story, pick(story.rng, SERIOUS))
    closed_at = story.after(1.0, 10.0)
    log.close(closed_at, no_crime_reason={"code": "contrary_evidence", "supervisor_reviewed": False})
    story.goes_wrong(closed_at)


def unreviewed(story: Story) -> None:
    """A reason that holds, but no supervisor looked and nobody told the victim."""
    log = open_log(story, pick(story.rng, SERIOUS))
    closed_at = story.after(1.0, 10.0)
    log.close(closed_at, no_crime_reason={"code": "contrary_evidence", "rationale": RATIONALE})
    story.goes_wrong(closed_at)


def nearly_late(story: Story) -> None:
    """Recorded in the last hours before the deadline, when a warning is due."""
    _recorded_after(story, 20.3, 23.8)
    story.goes_wrong(deadline(story.begun) - DUE_SOON)


def late(story: Story) -> None:
    _recorded_after(story, 24.5, 60.0)
    story.goes_wrong()


def _recorded_after(story: Story, least: float, most: float) -> None:
    crime = pick(story.rng, SERIOUS)
    log = open_log(story, crime)
    recorded_at = story.after(least, most)
    _recorded_at_last(story, log, crime, recorded_at)
    log.close(story.after(0.2, 2.0, recorded_at))


def unrecorded(story: Story) -> None:
    """Nobody comes back to it."""
    log = open_log(story, pick(story.rng, SERIOUS))
    log.revise(story.after(0.5, 3.0), unit=story.rng.choice(story.force.units))
    story.goes_wrong()


def one_for_several(story: Story) -> None:
    """Several victims, one crime."""
    crime = SERIOUS[0]
    victims = [story.victim(), story.victim(vulnerable=story.rng.random() < 0.2)]
    log = open_log(story, crime, victims=victims)
    record_of(log, story, crime.offence(story.rng), story.after(0.5, 6.0))
    log.close(story.after(7.0, 10.0))
    story.goes_wrong()
    if story.rng.random() < 0.5:
        key = {"person_key": victims[1]["person_key"]}
        _recorded_at_last(story, log, crime, story.after(25.0, 40.0), victims=[key])


def cancelled_wrongly(story: Story) -> None:
    """By an officer, or before the victim was told; put right by the registrar now and then."""
    crime = pick(story.rng, SERIOUS)
    log = open_log(story, crime)
    recorded_at = story.after(0.5, 4.0)
    record = record_of(log, story, crime.offence(story.rng), recorded_at)
    log.close(story.after(4.5, 6.0))
    at = story.after(1.0, 16.0, recorded_at)
    cancel_wrongly(story, record, at)
    story.goes_wrong(at)
    if story.rng.random() < 0.5:
        put_right(story, log, record, story.after(0.5, 8.0, at))


def cancel_wrongly(story: Story, record: Record, at: datetime) -> None:
    if story.rng.random() < 0.5:
        record.cancel(at, "C4", decided_by_role="officer")
    else:
        record.cancel(at, "C2", decided_by_role="ddm", independent=True)  # and the victim was not told


def put_right(story: Story, log: Log, record: Record, at: datetime) -> None:
    """The registrar accepts the cancellation, or cancels anew as it should be."""
    story.is_put_right(at)
    if story.rng.random() < 0.5:
        story.decide(log, "accept_cancellation", at, crime_ref=record.ref, rationale=RATIONALE)
    else:
        record.cancel(at, "C4", decided_by_role="fcr", independent=True, victim_informed_at=written(at))


def professional(story: Story) -> None:
    """A social worker or nurse writes; the report is logged and left."""
    crime = pick(story.rng, CONTACTS)
    people = {"victims": [story.victim(vulnerable=True)], "unit": "safeguarding"}
    log = open_log(story, crime, channel="professional_third_party", **people)
    story.goes_wrong()
    if story.rng.random() < 0.6:
        _recorded_at_last(story, log, crime, story.after(26.0, 50.0))


def unmapped(story: Story) -> None:
    """A code that nobody mapped: it must not hide a crime."""
    log = story.log("a code that no table has")
    closed_at = story.after(1.0, 8.0)
    log.revise(story.after(0.02, 0.1)).close(closed_at)
    story.goes_wrong(closed_at)


def domestic_unrecorded(story: Story) -> None:
    """Logged and closed as a domestic incident, with neither a crime nor a reason."""
    log = open_log(story, DOMESTIC, opening_type=story.force.code("nsir.domestic_incident"))
    closed_at = story.after(1.0, 8.0)
    log.close(closed_at)
    story.goes_wrong(closed_at)
    if story.rng.random() < 0.4:
        _recorded_at_last(story, log, DOMESTIC, story.after(26.0, 70.0))


def hidden_in_asb(story: Story) -> None:
    """A neighbour's course of conduct, told three times, and each time put down as anti-social behaviour."""
    story.crime = "crime.harassment"
    people = {
        "victims": [story.victim()],
        "suspects": [{"person_key": story.force.person(story.rng), "relationship": "acquaintance"}],
    }
    first, second, third = story.begun, story.after(18.0, 60.0), story.after(70.0, 160.0)
    for reported_at in (first, second, third):
        log = story.log("nsir.asb_personal", reported_at=reported_at, **people)
        log.revise(reported_at + timedelta(seconds=story.rng.randrange(20, 240)))
        log.close(story.after(1.0, 6.0, reported_at))
    story.goes_wrong(deadline(second))  # once is no course of conduct


def volume_unrecorded(story: Story) -> None:
    """A theft, burglary or damage closed with no crime number: too slight for an alert."""
    log = open_log(story, pick(story.rng, VOLUME))
    closed_at = story.after(1.0, 8.0)
    log.close(closed_at)
    story.goes_wrong(closed_at)


def never_said(story: Story) -> None:
    """An assault told on the doorstep that nobody writes down: nothing in the data betrays it."""
    story.crime = "crime.violence"
    log = story.log("nsir.concern_for_safety")
    log.revise(story.after(0.01, 0.1)).close(story.after(1.0, 8.0))
    story.goes_wrong()


def _recorded_at_last(story: Story, log: Log, crime: Reported, at: datetime, **fields: Any) -> None:
    record_of(log, story, crime.offence(story.rng), at, **fields)
    story.is_put_right(at)
