"""Which stories there are, and how many of each in a thousand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from random import Random

from monitor.simulator import faults, ordinary
from monitor.simulator.force import Force
from monitor.simulator.story import Story


class Failure(StrEnum):
    """What inspectors found going wrong: the rows of the table in the domain rules that a story can be."""

    CLOSED_WITHOUT_CRIME_NUMBER = "closed_without_crime_number"
    RECODED = "recoded"
    HIDDEN_IN_ASB = "hidden_in_asb"
    DOMESTIC_ABUSE_UNRECORDED = "domestic_abuse_unrecorded"
    FEWER_CRIMES_THAN_VICTIMS = "fewer_crimes_than_victims"
    PROFESSIONAL_REPORT_UNRECORDED = "professional_report_unrecorded"
    RECORDED_LATE = "recorded_late"
    NO_REASON_OR_REVIEW = "no_reason_or_review"
    CANCELLED_WRONGLY = "cancelled_wrongly"


class Expects(StrEnum):
    """How the monitor should tell of a fault. A fault that nothing betrays expects nothing."""

    ALERT = "alert"
    FINDING = "finding"
    QUEUE = "queue"  # a possible course of conduct, for a person to look at


@dataclass(frozen=True)
class Fault:
    failure: Failure | None  # None: in no row of the table
    expects: Expects | None = Expects.ALERT


@dataclass(frozen=True)
class Plan:
    tell: Callable[[Story], None]
    weight: float
    fault: Fault | None = None
    counted: bool = False  # whether a crime was told that should be recorded, as an inspector counts them

    @property
    def kind(self) -> str:
        return self.tell.__name__


PLANS = (
    Plan(ordinary.quiet, 397),
    Plan(ordinary.annoyed_once, 8),
    Plan(ordinary.often_in_need, 3),
    Plan(ordinary.annoyed_by_many, 3),
    Plan(ordinary.annoyed_by_nobody_known, 2),
    Plan(ordinary.conduct_recorded, 2, counted=True),
    Plan(ordinary.recorded, 368, counted=True),
    Plan(ordinary.several_victims, 12, counted=True),
    Plan(ordinary.domestic_without_crime, 22),
    Plan(ordinary.third_party, 10),
    Plan(ordinary.other_force, 10),
    Plan(ordinary.duplicate, 15, counted=True),
    Plan(ordinary.n100, 5),
    Plan(ordinary.cancelled, 8),
    Plan(ordinary.registrar_accepts, 4),
    Plan(ordinary.registrar_no_crime, 6),
    Plan(ordinary.recorded_directly, 20, counted=True),
    Plan(faults.closed_without_crime, 18, Fault(Failure.CLOSED_WITHOUT_CRIME_NUMBER), counted=True),
    Plan(faults.recoded, 10, Fault(Failure.RECODED), counted=True),
    Plan(faults.no_rationale, 5, Fault(Failure.NO_REASON_OR_REVIEW), counted=True),
    Plan(faults.unreviewed, 6, Fault(Failure.NO_REASON_OR_REVIEW, Expects.FINDING)),
    Plan(faults.nearly_late, 14, Fault(Failure.RECORDED_LATE), counted=True),
    Plan(faults.late, 12, Fault(Failure.RECORDED_LATE), counted=True),
    Plan(faults.unrecorded, 7, Fault(None), counted=True),
    Plan(faults.one_for_several, 5, Fault(Failure.FEWER_CRIMES_THAN_VICTIMS), counted=True),
    Plan(faults.cancelled_wrongly, 6, Fault(Failure.CANCELLED_WRONGLY)),
    Plan(faults.professional, 4, Fault(Failure.PROFESSIONAL_REPORT_UNRECORDED), counted=True),
    Plan(faults.unmapped, 1, Fault(None, Expects.FINDING)),
    Plan(faults.domestic_unrecorded, 5, Fault(Failure.DOMESTIC_ABUSE_UNRECORDED), counted=True),
    Plan(faults.volume_unrecorded, 4, Fault(Failure.CLOSED_WITHOUT_CRIME_NUMBER, Expects.FINDING), counted=True),
    Plan(faults.hidden_in_asb, 3, Fault(Failure.HIDDEN_IN_ASB, Expects.QUEUE), counted=True),
    Plan(faults.never_said, 5, Fault(None, None), counted=True),
)
_WEIGHTS = [plan.weight for plan in PLANS]


def with_weights(weights: Mapping[str, float]) -> tuple[Plan, ...]:
    """The plans, some of them with other weights, by kind."""
    return tuple(replace(plan, weight=weights.get(plan.kind, plan.weight)) for plan in PLANS)


def tell(force: Force, number: int, begun: datetime, seed: int, plans: tuple[Plan, ...] = PLANS) -> Story:
    """The story of this number: the same whenever it is told, whatever else is."""
    rng = Random(f"{seed}/{force.name}/{number}")  # noqa: S311  reproducible on purpose, and no secret
    plan = rng.choices(plans, [each.weight for each in plans] if plans is not PLANS else _WEIGHTS)[0]
    apart = Random(f"{seed}/{force.name}/{number}/noise")  # noqa: S311  as above
    story = Story(
        force, number, rng, begun, apart, force.noise, kind=plan.kind, fault=plan.kind if plan.fault else None
    )
    plan.tell(story)
    return story
