"""Which crime records are an incident's, which of them count, and whether they are enough."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.compliance.case import Case, Crime, victims_to_record
from monitor.compliance.ruling import Ruling
from monitor.compliance.said import Said
from monitor.rulebook.limits import OLD_RECORD

ONE_CRIME_PER_VICTIM = frozenset({"violent", "sexual", "robbery"})


class Uncounted(StrEnum):
    """Why a linked crime record does not stand for what was reported."""

    CANCELLED = "cancelled"
    LEFT_ASIDE = "left_aside"  # an N200 or N300
    TOO_OLD = "too_old"  # no registrar accepted the link
    N100_ALONE = "n100_alone"  # on a log of another crime


def uncounted(crime: Crime, said: Said, ruling: Ruling, reported_at: datetime) -> Uncounted | None:
    """None: it stands for what was reported."""
    if not crime.recorded:
        return Uncounted.CANCELLED
    if crime.left_aside:
        return Uncounted.LEFT_ASIDE
    if reported_at - crime.record.recorded_at > OLD_RECORD and crime.ref not in ruling.accepted_links:
        return Uncounted.TOO_OLD
    return Uncounted.N100_ALONE if crime.is_in("n100") and not n100_counts(said) else None


def n100_counts(said: Said) -> bool:
    return "sexual" in said.groups or not (said.crime_types or said.notifiable)


def in_order(crimes: Iterable[Crime]) -> tuple[Crime, ...]:
    return tuple(sorted(crimes, key=lambda crime: (crime.record.recorded_at, crime.ref)))


def too_few(case: Case, crimes: Sequence[Crime]) -> list[str]:
    """What is missing beside these counting crimes (at least one), as codes; what was accepted is left out."""
    breaches = [crime.is_in("breach") for crime in crimes] if _breach_beside_offence(case) else []
    missing = {
        "fewer_crimes_than_victims": _fewer_than_victims(case, crimes),
        "second_crime_missing": _second_missing(case, crimes),
        "breach_not_recorded": bool(breaches) and not any(breaches),
        "offence_beside_breach_not_recorded": bool(breaches) and all(breaches),
        "rape_not_recorded": case.is_rape_log and not any(crime.rape_or_n100 for crime in crimes),
        "more_crimes_required": len(crimes) < case.ruling.required_crimes,
    }
    return [code for code, holds in missing.items() if holds and not is_accepted(case, code)]


def is_accepted(case: Case, code: str) -> bool:
    """Whether a registrar accepts that this is missing: fewer crimes than victims only up to the number accepted."""
    if code not in case.ruling.accepted_codes:
        return False
    if code != "fewer_crimes_than_victims":
        return True
    return len(victims_to_record(case.log)) <= (case.ruling.accepted_victims or 0)


@dataclass(frozen=True, slots=True)
class Tally:
    missing: tuple[str, ...]  # codes of too few crimes; none where nothing counts
    enough_at: datetime | None  # when the counting crimes, in the order of their records, first were enough


def tally_of(case: Case) -> Tally:
    if not case.counting:
        return Tally((), None)
    missing = tuple(too_few(case, case.counting))
    return Tally(missing, None if missing else _first_enough(case))


def _first_enough(case: Case) -> datetime:
    times = sorted({crime.record.recorded_at for crime in case.counting})
    for time in times[:-1]:
        if not too_few(case, [crime for crime in case.counting if crime.record.recorded_at <= time]):
            return time
    return times[-1]


def _fewer_than_victims(case: Case, crimes: Sequence[Crime]) -> bool:
    victims = len(victims_to_record(case.log))
    if victims < 2:  # at least one crime counts
        return False
    groups = case.said.groups.union(*(crime.offence.groups for crime in crimes))
    beside_breaches = [crime for crime in crimes if not crime.is_in("breach")]
    return not groups.isdisjoint(ONE_CRIME_PER_VICTIM) and len(beside_breaches or crimes) < victims


def _second_missing(case: Case, crimes: Sequence[Crime]) -> bool:
    """Modern slavery takes a second record for the most serious other offence with a victim."""
    return (
        len(crimes) == 1
        and crimes[0].is_in("slavery")
        and any(offence.has_victim and not offence.is_in("slavery") for offence in case.said.offences)
    )


def _breach_beside_offence(case: Case) -> bool:
    breaches = [offence.is_in("breach") for offence in case.said.offences if offence.on_list]
    return any(breaches) and not all(breaches)
