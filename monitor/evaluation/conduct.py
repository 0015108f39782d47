"""Courses of conduct as they come to be suggested, one judgement after the other."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from monitor.compliance.conduct import Occasion, course_with
from monitor.evaluation.replay import Incident

Person = tuple[str, str]  # force and key


class Suggestion(NamedTuple):
    last: Incident  # the log that it is shown with
    earlier: tuple[Incident, ...]  # the logs that it names


class Conduct:
    def __init__(self) -> None:
        self._occasions: dict[Incident, Occasion] = {}
        self._naming: dict[Person, set[Incident]] = defaultdict(set)
        self._suggestions: dict[Incident, Suggestion] = {}

    def hear(self, incident: Incident, occasion: Occasion | None) -> Iterator[Suggestion]:
        """What this judgement makes of a log; the suggestions that are made by it, or now name other logs."""
        before = self._occasions.pop(incident, None)
        if before == occasion:
            if occasion:
                self._occasions[incident] = occasion
            return
        affected = {incident}
        for known, change in ((before, set.discard), (occasion, set.add)):
            for person in _people(incident[0], known):
                affected |= self._naming[person]
                change(self._naming[person], incident)
        if occasion:
            self._occasions[incident] = occasion
        for each in sorted(affected):
            before_it, now = self._suggestions.pop(each, None), self._suggestion(each)
            if now:
                self._suggestions[each] = now
                if now != before_it:
                    yield now

    def _suggestion(self, incident: Incident) -> Suggestion | None:
        last = self._occasions.get(incident)
        if last is None:
            return None
        named = {other for person in _people(incident[0], last) for other in self._naming[person]}
        others = sorted(self._occasions[other] for other in named)
        course = course_with(last, others)
        return Suggestion(incident, tuple((incident[0], each.ref) for each in course.earlier)) if course else None


def _people(force: str, occasion: Occasion | None) -> set[Person]:
    return {(force, key) for key in occasion.victims | occasion.suspects} if occasion else set()
