"""What inspectors found forces do wrongly, planted. Some of it is put right in time, some late, some never."""

from datetime import datetime

from monitor.simulator.offences import CONTACTS, SERIOUS, pick
from monitor.simulator.ordinary import RATIONALE
from monitor.simulator.story import Log, Record, Story, open_log, record_of, written


def closed_without_crime(story: Story) -> None:
    """A crime-type log is closed with no crime number; the bureau notices most of them."""
    crime = pick(story.rng, SERIOUS)
    log = open_log(story, crime)
    closed_at = story.after(1.0, 8.0)
    log.close(closed_at)
    if story.rng.random() < 0.7:
        record_of(log, story, crime.offence(story.rng), story.after(2.3, 14.0, closed_at))


def recoded(story: Story) -> None:
    """Opened as a crime, closed as something quieter, with no reason."""
    log = open_log(story, pick(story.rng, SERIOUS))
    quieter = story.rng.choice(["nsir.asb_personal", "nsir.domestic_incident", "nsir.concern_for_safety"])
    closed_at = story.after(1.0, 10.0)
    log.close(closed_at, quieter)
    if story.rng.random() < 0.3:
        story.decide(log, "require_crime", story.after(3.0, 12.0, closed_at), rationale=RATIONALE)


def no_rationale(story: Story) -> None:
    """A code for why there is no crime, and nothing written to it."""
    log = open_log(story, pick(story.rng, SERIOUS))
    log.close(story.after(1.0, 10.0), no_crime_reason={"code": "contrary_evidence", "supervisor_reviewed": False})


def unreviewed(story: Story) -> None:
    """A reason that holds, but no supervisor looked and nobody told the victim."""
    log = open_log(story, pick(story.rng, SERIOUS))
    log.close(story.after(1.0, 10.0), no_crime_reason={"code": "contrary_evidence", "rationale": RATIONALE})


def nearly_late(story: Story) -> None:
    """Recorded in the last hours before the deadline."""
    _recorded_after(story, 20.3, 23.8)


def late(story: Story) -> None:
    _recorded_after(story, 24.5, 60.0)


def _recorded_after(story: Story, least: float, most: float) -> None:
    crime = pick(story.rng, SERIOUS)
    log = open_log(story, crime)
    recorded_at = story.after(least, most)
    record_of(log, story, crime.offence(story.rng), recorded_at)
    log.close(story.after(0.2, 2.0, recorded_at))


def unrecorded(story: Story) -> None:
    """Nobody comes back to it."""
    log = open_log(story, pick(story.rng, SERIOUS))
    log.revise(story.after(0.5, 3.0), unit=story.rng.choice(story.force.units))


def one_for_several(story: Story) -> None:
    """Several victims, one crime."""
    crime = SERIOUS[0]
    victims = [story.victim(), story.victim(vulnerable=story.rng.random() < 0.2)]
    log = open_log(story, crime, victims=victims)
    record_of(log, story, crime.offence(story.rng), story.after(0.5, 6.0))
    log.close(story.after(7.0, 10.0))
    if story.rng.random() < 0.5:
        key = {"person_key": victims[1]["person_key"]}
        record_of(log, story, crime.offence(story.rng), story.after(25.0, 40.0), victims=[key])


def cancelled_wrongly(story: Story) -> None:
    """By an officer, or before the victim was told; put right by the registrar now and then."""
    crime = pick(story.rng, SERIOUS)
    log = open_log(story, crime)
    recorded_at = story.after(0.5, 4.0)
    record = record_of(log, story, crime.offence(story.rng), recorded_at)
    log.close(story.after(4.5, 6.0))
    at = story.after(1.0, 16.0, recorded_at)
    cancel_wrongly(story, record, at)
    if story.rng.random() < 0.5:
        put_right(story, log, record, story.after(0.5, 8.0, at))


def cancel_wrongly(story: Story, record: Record, at: datetime) -> None:
    if story.rng.random() < 0.5:
        record.cancel(at, "C4", decided_by_role="officer")
    else:
        record.cancel(at, "C2", decided_by_role="ddm", independent=True)  # and the victim was not told


def put_right(story: Story, log: Log, record: Record, at: datetime) -> None:
    """The registrar accepts the cancellation, or cancels anew as it should be."""
    if story.rng.random() < 0.5:
        story.decide(log, "accept_cancellation", at, crime_ref=record.ref, rationale=RATIONALE)
    else:
        record.cancel(at, "C4", decided_by_role="fcr", independent=True, victim_informed_at=written(at))


def professional(story: Story) -> None:
    """A social worker or nurse writes; the report is logged and left."""
    crime = pick(story.rng, CONTACTS)
    people = {"victims": [story.victim(vulnerable=True)], "unit": "safeguarding"}
    log = open_log(story, crime, channel="professional_third_party", **people)
    if story.rng.random() < 0.6:
        record_of(log, story, crime.offence(story.rng), story.after(26.0, 50.0))


def unmapped(story: Story) -> None:
    """A code that nobody mapped: it must not hide a crime."""
    log = story.log("a code that no table has")
    log.revise(story.after(0.02, 0.1)).close(story.after(1.0, 8.0))
