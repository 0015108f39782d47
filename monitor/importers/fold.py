"""Rows of one incident, or of one crime record, to one. Only their order decides, so the same file folds alike."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from monitor.contract.identity import canonical_ref
from monitor.importers.rows import Said
from monitor.importers.tally import Tally

Part = dict[str, Any]
_TYPES = ("opening_type", "closing_type")
_EARLIEST, _LATEST = ("reported_at", "recorded_at"), ("updated_at", "closed_at")


@dataclass
class Folded:
    """One incident. `said_too` are the pairs of types that other rows of it have: nothing that a row says is lost."""

    part: Part
    said_too: list[dict[str, str | None]] = field(default_factory=list)


class Fold:
    """What has been read and not yet been sent."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self.incidents: dict[str, Folded] = {}
        self.crimes: dict[str, Part] = {}

    def add(self, said: Said, row: int) -> None:
        if said.incident is not None:
            self._add_incident(said.incident, row)
        for crime in said.crimes:
            known = self.crimes.setdefault(canonical_ref(crime["crime_ref"]), crime)
            if known is not crime:
                self._merge(known, crime, row)

    def take(self) -> Iterator[Folded | Part]:
        """Everything, in the order of the file, incidents first; nothing is left."""
        incidents, crimes = self.incidents, self.crimes
        self.incidents, self.crimes = {}, {}
        yield from incidents.values()
        yield from crimes.values()

    def _add_incident(self, part: Part, row: int) -> None:
        ref = canonical_ref(part["incident_ref"])
        if ref not in self.incidents:
            self.incidents[ref] = Folded(part)
            return
        known = self.incidents[ref]
        types = {name: part[name] for name in _TYPES}
        if types != {name: known.part[name] for name in _TYPES} and types not in known.said_too:
            known.said_too.append(types)
        self._merge(known.part, part, row)

    def _merge(self, known: Part, other: Part, row: int) -> None:
        for name, value in other.items():
            before = known[name]
            if value == before or value is None:
                continue
            known[name] = _merged(name, before, value)
            if before is not None and not isinstance(before, list) and name != "updated_at":
                self._tally.differing[name].add(row)


def _merged(name: str, before: Any, value: Any) -> Any:
    """Lists add up, the clock starts at the earliest report, the latest version and closing stand; else the first."""
    if before is None:
        return value
    if isinstance(before, list):
        return _united(before, value)
    if name in _EARLIEST + _LATEST:
        return min(before, value) if name in _EARLIEST else max(before, value)
    return before


def _united(before: list[Any], more: list[Any]) -> list[Any]:
    united = list(before)
    for item in more:
        same = next((known for known in united if _same_person(known, item)), None)
        if same is not None:
            united[united.index(same)] = _person(same, item)
        elif item not in united:
            united.append(item)
    return united


def _same_person(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and one.get("person_key") is not None and one["person_key"] == other.get("person_key")


def _person(before: Part, more: Part) -> Part:
    """What either row says of a person; a yes stands over a no."""
    said_yes = {name: True for name, value in more.items() if value is True}
    return {**more, **before, **said_yes}
