"""All cases judged by other rules: what that would change, and doing it.

Both go through the cases in pages by key, so that memory does not grow with them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from monitor.contract.verdict import Verdict
from monitor.store.alerts import AlertState, alert_change
from monitor.store.audit import Deed, append_within
from monitor.store.bulk import Key
from monitor.store.causes import RULEBOOK, Cause
from monitor.store.engine import reading, recent, writing
from monitor.store.judging import Judged, judge_all
from monitor.store.knowledge import load_knowledge
from monitor.store.paging import BEGINNING, take_page, verdicts_within
from monitor.store.people import Actor
from monitor.store.review import judge_and_record
from monitor.store.shapes import Failure, Judge, Reviewed
from monitor.store.standings import advanced
from monitor.store.taking import Taken

PAGE = 500
REASSESSED = "reassessed"  # the action of an audit entry
_TIMELY = {"next_review_at", "rulebook"}  # what says nothing of the incident


@dataclass(frozen=True, slots=True)
class Difference:
    """A case as it stands, or would with its next review, and as the other rules have it at the same time."""

    before: Verdict
    after: Verdict
    alert: str | None  # what would be told: raised, changed or resolved

    @property
    def transitions(self) -> Iterator[tuple[str, str, str]]:
        for name in ("status", "severity", "alert"):
            one, other = getattr(self.before, name).value, getattr(self.after, name).value
            if one != other:
                yield name, one, other


@dataclass(slots=True)
class Comparison:
    """What was found so far, of one force."""

    cases: int = 0
    changed: int = 0
    failed: int = 0  # could not be judged
    transitions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)

    def add(self, difference: Difference) -> None:
        self.changed += 1
        self.transitions.update(difference.transitions)
        self.alerts.update([difference.alert] if difference.alert else [])

    def as_dict(self) -> dict[str, Any]:
        moves = {f"{name}: {one} > {other}": number for (name, one, other), number in sorted(self.transitions.items())}
        return {"cases": self.cases, "changed": self.changed, "transitions": moves, "alerts": dict(self.alerts)}


def compare(
    engine: Engine, now_judge: Judge, judge: Judge, now: datetime, found: dict[str, Comparison], force: str | None
) -> Iterator[Difference]:
    """Writes nothing. `found` is filled by force; a case that is due is held against `now_judge`, not its verdict."""
    after = BEGINNING
    while page := _compared(engine, now_judge, judge, now, force, after):
        after = page[-1][0]
        for (of, _), difference in page:
            here = found.setdefault(of, Comparison())
            here.cases += 1
            if isinstance(difference, Failure):
                here.failed += 1
            elif difference:
                here.add(difference)
                yield difference


def apply(
    engine: Engine, judge: Judge, edition: str, clock: Callable[[], datetime], force: str | None
) -> Iterator[Reviewed]:
    """Judge every case by these rules, due or not, as its review would. A transaction a page; safe to repeat.

    `clock` is asked once the cases of a page are locked: a worker may have judged them a moment before.
    """
    after = BEGINNING
    while True:
        with writing(engine) as connection:
            taken = [each for each, _ in take_page(connection, clock(), after, force, PAGE)]
            if not taken:
                return
            after, now = taken[-1].key, clock()
            knowledge = load_knowledge(connection, [each.key for each in taken], recent(engine))
            moved = advanced(connection, None, now)
            reviewed = judge_and_record(connection, taken, knowledge, moved, judge, now, Cause(RULEBOOK, edition))
        yield reviewed


def enter(engine: Engine, by: Actor, details: Mapping[str, Mapping[str, Any]]) -> None:
    """An audit entry for each force, before anything is changed."""
    with writing(engine) as connection:
        for force, detail in sorted(details.items()):
            append_within(connection, Deed(force, REASSESSED, by, detail=detail), tell=True)


_Page = list[tuple[Key, Difference | Failure | None]]


def _compared(engine: Engine, now_judge: Judge, judge: Judge, now: datetime, force: str | None, after: Key) -> _Page:
    with reading(engine) as connection:
        page = take_page(connection, now, after, force, PAGE)
        taken = [each for each, _ in page]
        knowledge = load_knowledge(connection, [each.key for each in taken], recent(engine))
        known = {each.after.force: each.known_time for each in advanced(connection, None, now)}
        standing = _standing(connection, page)
    anew = [each for each in taken if each.key not in standing]
    standing |= _by_key(judge_all(anew, knowledge, known, now_judge, now))
    others = judge_all(taken, knowledge, known, judge, now)
    return [(each.key, _difference(standing[each.key], other, now)) for each, other in zip(taken, others, strict=True)]


def _standing(connection: Connection, page: Iterable[tuple[Taken, bool]]) -> dict[Key, Verdict | Failure]:
    """The verdicts of those that are not due."""
    stored = verdicts_within(connection, [each.key for each, due in page if not due])
    return {key: Verdict.from_json(content) for key, content in stored.items()}


def _by_key(found: Iterable[Judged | Failure]) -> dict[Key, Verdict | Failure]:
    return dict(
        ((each.force, each.incident_ref), each) if isinstance(each, Failure) else (each.taken.key, each.verdict)
        for each in found
    )


def _difference(before: Verdict | Failure, other: Judged | Failure, now: datetime) -> Difference | Failure | None:
    if isinstance(before, Failure):
        return before
    if isinstance(other, Failure):
        return other
    after = other.verdict
    if _said(before) == _said(after):
        return None
    told = AlertState(before.alert, before.status, before.severity, 0, other.taken.told.firing_since)
    change = alert_change(told, after, now)
    return Difference(before, after, change.change if change else None)


def _said(verdict: Verdict) -> dict[str, Any]:
    return {name: value for name, value in verdict.as_dict().items() if name not in _TIMELY}
