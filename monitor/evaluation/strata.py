"""The recording rate, by the strata for which inspectors publish one. It is the truth's: no monitor can know it."""

from collections.abc import Iterable

from monitor.evaluation.shares import Share
from monitor.rulebook.types import groups_of
from monitor.simulator.truth import Truth


def recording_rates(truths: Iterable[Truth]) -> dict[str, Share]:
    """Of the crimes that should be recorded, those that are in the end."""
    counted = list(truths)
    return {"all": _rate(counted), "violence": _rate(truth for truth in counted if _violent(truth))}


def _rate(truths: Iterable[Truth]) -> Share:
    recorded = due = 0
    for truth in truths:
        recorded += truth.crimes_recorded
        due += truth.crimes_due
    return Share(recorded, due)


def _violent(truth: Truth) -> bool:
    return truth.crime is not None and "violent" in groups_of(truth.crime)
