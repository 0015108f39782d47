"""What forces do rightly: most logs, most records, and every way in which it is right to have no record."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from monitor.simulator.offences import CRIMES, QUIET, SERIOUS, pick, pick_of
from monitor.simulator.story import Log, Record, Story, open_log, record_of, written

Suspects = Callable[[], list[dict[str, Any]]]

RATIONALE = "Synthetic rationale: written by the simulator, about nobody."


def quiet(story: Story) -> None:
    """A log that is about no crime."""
    log = story.log(pick_of(story.rng, QUIET))
    log.revise(story.after(0.01, 0.1))
    if story.rng.random() < 0.5:
        log.revise(story.after(0.2, 1.0), unit=story.rng.choice(story.force.units))
    log.close(story.after(1.0, 12.0))


def annoyed_once(story: Story) -> None:
    """Anti-social behaviour towards somebody, or a quarrel, with whoever did it named; and never again."""
    _told_again(story, story.rng.choice(["nsir.asb_personal", "nsir.civil_disputes"]), 1)


def often_in_need(story: Story) -> None:
    """One person for whose safety others fear time and again. Nobody does anything to them."""
    _told_again(story, "nsir.concern_for_safety", story.rng.choice([2, 3]), suspects=list)


def annoyed_by_many(story: Story) -> None:
    """The shop at the corner: each time it is somebody else."""
    _told_again(story, "nsir.asb_personal", story.rng.choice([2, 3]))


def annoyed_by_nobody_known(story: Story) -> None:
    """As before, but nobody knows who it was: by the data it may be one person each time."""
    _told_again(story, "nsir.asb_personal", 2, suspects=list)


def conduct_recorded(story: Story) -> None:
    """A neighbour's course of conduct that is recorded as harassment the second time that it is told."""
    story.crime = "crime.harassment"
    suspect = _acquaintance(story)
    _, second = _told_again(story, "nsir.asb_personal", 2, suspects=lambda: [suspect])
    people = {"suspects": [{"person_key": suspect["person_key"]}]}
    record_of(
        second, story, {"category": "8L", "ho_code": "008/66"}, story.after(0.5, 5.0, second.reported_at), **people
    )


def _told_again(story: Story, kind: str, times: int, suspects: Suspects | None = None) -> list[Log]:
    """Logs of this kind with one victim, days apart."""
    victim, logs, reported_at = story.victim(), list[Log](), story.begun
    for _ in range(times):
        named = suspects() if suspects else [_acquaintance(story)]
        log = story.log(kind, reported_at=reported_at, victims=[victim], suspects=named)
        log.revise(reported_at + timedelta(seconds=story.rng.randrange(20, 240)))
        log.close(story.after(1.0, 6.0, reported_at))
        logs.append(log)
        reported_at = story.after(18.0, 90.0, reported_at)
    return logs


def _acquaintance(story: Story) -> dict[str, str]:
    return {"person_key": story.force.person(story.rng), "relationship": "acquaintance"}


def recorded(story: Story) -> None:
    """A crime, recorded within hours, linked on either side, now and then later."""
    crime = pick(story.rng)
    log = open_log(story, crime)
    recorded_at = story.after(0.3, min(18.0, story.rng.lognormvariate(0.9, 0.8) + 0.4))
    how = story.rng.random()
    if how < 0.75:
        record_of(log, story, crime.offence(story.rng), recorded_at)
        log.close(story.after(0.5, 6.0, recorded_at))
    elif how < 0.92:
        record = record_of(log, story, crime.offence(story.rng), recorded_at, incident_refs=[])
        log.close(story.after(0.1, 0.9, recorded_at), crime_refs=[record.ref])
    else:
        _linked_later(story, log, record_of(log, story, crime.offence(story.rng), recorded_at, incident_refs=[]))


def _linked_later(story: Story, log: Log, record: Record) -> None:
    linked_at = story.after(18.2, 19.5)
    record.revise(linked_at, incident_refs=[log.ref])
    log.close(story.after(0.5, 4.0, linked_at))


def several_victims(story: Story) -> None:
    """One record for each victim."""
    crime = SERIOUS[0]
    victims = [story.victim() for _ in range(story.rng.choice([2, 2, 3]))]
    log = open_log(story, crime, victims=victims)
    for victim in victims:
        key = {"person_key": victim["person_key"]}
        record_of(log, story, crime.offence(story.rng), story.after(0.5, 12.0), victims=[key])
    log.close(story.after(13.0, 15.0))


def domestic_without_crime(story: Story) -> None:
    """A domestic incident in which no crime was made out: reason, supervisor and victim as they should be."""
    log = open_log(story, CRIMES[0], opening_type=story.force.code("nsir.domestic_incident"))
    at = story.after(2.0, 10.0)
    log.close(at, no_crime_reason=_reason(story, "points_to_prove_not_met", at))


def third_party(story: Story) -> None:
    """Somebody saw something; whoever it was done to was never found."""
    log = open_log(story, CRIMES[0], channel="third_party", victims=[story.victim(confirmed=False)])
    at = story.after(3.0, 14.0)
    log.close(at, no_crime_reason=_reason(story, "victim_not_traced", at))


def other_force(story: Story) -> None:
    """It happened elsewhere, and was handed over."""
    log = open_log(story, pick(story.rng))
    at = story.after(1.0, 16.0)
    received = {"receiving_force_ref": f"SYN-ELSEWHERE-{story.number}"}
    log.close(at, no_crime_reason=_reason(story, "other_force", at, **received))


def duplicate(story: Story) -> None:
    """Two callers, one crime."""
    crime = pick(story.rng, SERIOUS)
    log = open_log(story, crime)
    second = open_log(story, crime, victims=log.victims, suspects=log.suspects, qualifiers=[], channel="101")
    record_of(log, story, crime.offence(story.rng), story.after(0.5, 5.0))
    second.close(story.after(0.3, 1.5), "nsir.duplicate", duplicate_of=log.ref)
    log.close(story.after(5.5, 9.0))


def n100(story: Story) -> None:
    """A rape told by a third party: N100 at once, the crime itself where the victim then confirms it."""
    log = story.log("crime.rape", channel="sarc", victims=[story.victim(confirmed=None)])
    log.revise(story.after(0.05, 0.2))
    record_of(log, story, {"category": "N100", "ho_code": "100/01"}, story.after(0.5, 4.0))
    if story.rng.random() < 0.4:
        log.revise(story.after(5.0, 6.0), victims=[{**log.victims[0], "confirmed": True}])
        record_of(log, story, {"category": "19C", "ho_code": "019/08"}, story.after(6.0, 8.0))
    log.close(story.after(9.0, 20.0))


def cancelled(story: Story) -> None:
    """Recorded, and cancelled as the rules ask."""
    crime = pick(story.rng)
    log = open_log(story, crime)
    recorded_at = story.after(0.5, 4.0)
    record = record_of(log, story, crime.offence(story.rng), recorded_at)
    log.close(story.after(4.5, 6.0))
    at = story.after(6.0, 20.0, recorded_at)
    told = written(story.after(-2.0, -0.5, at))
    record.cancel(at, story.rng.choice(["C2", "C4"]), decided_by_role="fcr", independent=True, victim_informed_at=told)


def registrar_accepts(story: Story) -> None:
    """Two people named, one of them found to be no victim: the registrar says that one record is all."""
    log = open_log(story, SERIOUS[0], victims=[story.victim(), story.victim()])
    record_of(log, story, SERIOUS[0].offence(story.rng), story.after(0.5, 5.0))
    log.close(story.after(6.0, 9.0))
    accepts = {"accepts": ["fewer_crimes_than_victims"], "victims": 2, "rationale": RATIONALE}
    story.decide(log, "accept_as_complete", story.after(10.0, 19.0), **accepts)


def registrar_no_crime(story: Story) -> None:
    """The registrar finds credible evidence that nothing happened."""
    log = open_log(story, pick(story.rng, SERIOUS))
    at = story.after(4.0, 18.0)
    log.close(at)
    reason = {"code": "contrary_evidence", "rationale": RATIONALE, "victim_informed_at": written(at)}
    story.decide(log, "no_crime", story.after(0.2, 1.5, at), **reason)


def recorded_directly(story: Story) -> None:
    """The second route: straight onto the crime system, with no log at all."""
    crime = pick(story.rng)
    story.crime = crime.type
    story.record(
        crime.offence(story.rng), story.after(0.1, 3.0), victims=[{"person_key": story.force.person(story.rng)}]
    )


def _reason(story: Story, code: str, at: object, **fields: object) -> dict[str, object]:
    told = story.after(-0.5, -0.1, at)  # type: ignore[arg-type]
    return {
        "code": code, "rationale": RATIONALE, "decided_by_role": "supervisor", "decided_at": written(told),
        "supervisor_reviewed": True, "victim_informed_at": written(told), **fields,
    }  # fmt: skip
