"""Where possible matches come from. Nothing finds any yet: the page asks, and shows what it is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastapi import Request


@dataclass(frozen=True, slots=True)
class PossibleMatch:
    """A crime record that is not linked and looks like this incident's."""

    crime_ref: str
    offence: str
    recorded_at: datetime
    why: tuple[str, ...]  # sentences: what both have in common, and what speaks against it


class Matcher(Protocol):
    def __call__(self, force: str, incident_ref: str) -> Sequence[PossibleMatch]:
        """The likeliest first. Those that a registrar linked or rejected are not among them."""
        ...


def possible_matches(request: Request, force: str, incident_ref: str) -> Sequence[PossibleMatch] | None:
    """None where the application has no matcher (`app.state.matcher`)."""
    matcher: Matcher | None = getattr(request.app.state, "matcher", None)
    return None if matcher is None else matcher(force, incident_ref)
