"""Which stories there are, and how many of each in a thousand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from monitor.simulator import faults, ordinary
from monitor.simulator.force import Force
from monitor.simulator.story import Story


@dataclass(frozen=True)
class Plan:
    tell: Callable[[Story], None]
    weight: int
    fault: bool = False

    @property
    def kind(self) -> str:
        return self.tell.__name__


PLANS = (
    Plan(ordinary.quiet, 430),
    Plan(ordinary.recorded, 370),
    Plan(ordinary.several_victims, 12),
    Plan(ordinary.domestic_without_crime, 22),
    Plan(ordinary.third_party, 10),
    Plan(ordinary.other_force, 10),
    Plan(ordinary.duplicate, 15),
    Plan(ordinary.n100, 5),
    Plan(ordinary.cancelled, 8),
    Plan(ordinary.registrar_accepts, 4),
    Plan(ordinary.registrar_no_crime, 6),
    Plan(ordinary.recorded_directly, 20),
    Plan(faults.closed_without_crime, 18, fault=True),
    Plan(faults.recoded, 10, fault=True),
    Plan(faults.no_rationale, 5, fault=True),
    Plan(faults.unreviewed, 6, fault=True),
    Plan(faults.nearly_late, 14, fault=True),
    Plan(faults.late, 12, fault=True),
    Plan(faults.unrecorded, 7, fault=True),
    Plan(faults.one_for_several, 5, fault=True),
    Plan(faults.cancelled_wrongly, 6, fault=True),
    Plan(faults.professional, 4, fault=True),
    Plan(faults.unmapped, 1, fault=True),
)
_WEIGHTS = [plan.weight for plan in PLANS]


def tell(force: Force, number: int, begun: datetime, seed: int, plans: tuple[Plan, ...] = PLANS) -> Story:
    """The story of this number: the same whenever it is told, whatever else is."""
    rng = Random(f"{seed}/{force.name}/{number}")  # noqa: S311  reproducible on purpose, and no secret
    plan = rng.choices(plans, [each.weight for each in plans] if plans is not PLANS else _WEIGHTS)[0]
    story = Story(force, number, rng, begun, plan.kind, plan.kind if plan.fault else None)
    plan.tell(story)
    return story
