"""Where possible matches come from, and how they are shown. They silence no alert and change no verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastapi import Request

from monitor.matching.explain import likelihood, why
from monitor.store.matching import Looking, Match, matches_for
from monitor.web.incident.view import offence_words
from monitor.web.parts import Parts


@dataclass(frozen=True, slots=True)
class PossibleMatch:
    """A crime record that is not linked and looks like this incident's."""

    crime_ref: str
    offence: str
    recorded_at: datetime
    why: tuple[str, ...]  # sentences: what both have in common, and what speaks against it
    likelihood: str = ""  # in words


class Matcher(Protocol):
    def __call__(self, force: str, incident_ref: str) -> Sequence[PossibleMatch] | None:
        """The likeliest first. None where the incident waits for no record, and none was looked for."""
        ...


@dataclass(frozen=True)
class StoreMatcher:
    """Asks the store anew each time: a record that was linked or rejected a moment ago is gone."""

    parts: Parts

    def __call__(self, force: str, incident_ref: str) -> Sequence[PossibleMatch] | None:
        looking = Looking(self.parts.rulebook, self.parts.mappings, self.parts.clock.now())
        found = matches_for(self.parts.store, (force, incident_ref), looking)
        return None if found is None else [self._shown(each) for each in found]

    def _shown(self, match: Match) -> PossibleMatch:
        record = match.crime.record
        cancelled = () if match.crime.recorded else ("It is cancelled.",)
        return PossibleMatch(
            crime_ref=record.crime_ref,
            offence=offence_words(record.offence, self.parts.rulebook.offences),
            recorded_at=record.recorded_at,
            why=(*why(match.log, match.found), *cancelled),
            likelihood=likelihood(match.found.probability),
        )


def possible_matches(request: Request, force: str, incident_ref: str) -> Sequence[PossibleMatch] | None:
    matcher: Matcher = request.app.state.matcher
    return matcher(force, incident_ref)
