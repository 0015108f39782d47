"""Forces that fail as much as inspectors found that real ones did. Nothing else of them is like a real force."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from monitor.errors import UserError
from monitor.simulator.plans import PLANS, Plan, with_weights


@dataclass(frozen=True, slots=True)
class Published:
    """A recording rate, in percent."""

    percent: float
    half_width: float | None = None  # of its 95 % interval, where one was published


@dataclass(frozen=True, slots=True)
class Likeness:
    source: str
    rates: Mapping[str, Published]  # by stratum
    plans: tuple[Plan, ...]


@cache
def likenesses() -> Mapping[str, Likeness]:
    text = (resources.files("monitor.simulator") / "data" / "likenesses.toml").read_text(encoding="utf-8")
    return {name: _likeness(fields) for name, fields in tomllib.loads(text).items()}


def plans_like(name: str | None) -> tuple[Plan, ...]:
    """Raises UserError where there is no such likeness."""
    if name is None:
        return PLANS
    if name not in likenesses():
        raise UserError(f"--like knows {', '.join(likenesses())}, not {name!r}.")
    return likenesses()[name].plans


def _likeness(fields: dict[str, Any]) -> Likeness:
    rates = {stratum: Published(**rate) for stratum, rate in fields["rates"].items()}
    return Likeness(fields["source"], rates, with_weights(fields["weights"]))
