"""Two sides that agree in all that they carry; a test says in what they do not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.contract.events import Location
from monitor.matching.sides import Side
from tests.builders import REPORTED

PLACE = Location(beat="N4", lat=51.75, lon=-0.33)
LOG = Side(
    ref="INC-1",
    at=REPORTED,
    victims=frozenset({"ana"}),
    suspects=frozenset({"bo"}),
    kinds=frozenset({"crime.violence"}),
    offences=frozenset(),
    domestic_abuse=False,
    place=PLACE,
    unit="response-north",
)
NOBODY = frozenset[str]()


def log(**fields: Any) -> Side:
    return replace(LOG, **fields)


def record(ref: str = "C1", hours: float = 2, **fields: Any) -> Side:
    return replace(LOG, **{"ref": ref, "at": REPORTED + timedelta(hours=hours), **fields})
