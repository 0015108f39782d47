"""What is asked of the queue, and the address that says it: whoever gets the link sees the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, TypeAlias, get_args
from urllib.parse import urlencode

from monitor.contract.verdict import Severity
from monitor.store.concerns import Concern

Facet: TypeAlias = Literal["severity", "age", "force", "unit", "channel", "type", "opened", "holder"]
FACETS: tuple[Facet, ...] = get_args(Facet)

SORTS = ("worst", "time", "incident", "status", "type", "unit", "channel")
MOST_SEARCHED = 100  # characters
_MOST_VALUES = 200  # of one facet


class Age(NamedTuple):
    """Of a report, in hours."""

    value: str
    words: str
    at_least: float
    below: float


AGES = (
    Age("day", "Up to 24 hours", 0, 24),
    Age("days", "1 to 3 days", 24, 72),
    Age("week", "3 to 7 days", 72, 168),
    Age("month", "1 to 4 weeks", 168, 672),
    Age("older", "Over 4 weeks", 672, float("inf")),
)


@dataclass(frozen=True)
class View:
    filter: Concern | None = None
    severity: tuple[str, ...] = ()
    age: tuple[str, ...] = ()
    force: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    type: tuple[str, ...] = ()  # codes that logs bear now
    opened: tuple[str, ...] = ()  # codes that they bore first
    holder: tuple[str, ...] = ()  # subjects; empty: nobody
    search: str = ""
    sort: str = "worst"
    descending: bool = False
    page: int = 1

    def chosen(self, facet: Facet) -> tuple[str, ...]:
        values: tuple[str, ...] = getattr(self, facet)
        return values

    @property
    def narrowed(self) -> bool:
        """Whether more than the tab narrows it."""
        return bool(self.search) or any(self.chosen(facet) for facet in FACETS)

    def with_filter(self, concern: Concern | None) -> "View":
        return replace(self, filter=concern, page=1)

    def held_by(self, *holders: str) -> "View":
        return self._with("holder", holders)

    def without(self, facet: Facet, value: str) -> "View":
        return self._with(facet, tuple(each for each in self.chosen(facet) if each != value))

    def without_search(self) -> "View":
        return replace(self, search="", page=1)

    def cleared(self) -> "View":
        return View(filter=self.filter, sort=self.sort, descending=self.descending)

    def sorted_by(self, sort: str) -> "View":
        """The other way round where it is sorted so already."""
        return replace(self, sort=sort, descending=sort == self.sort and not self.descending, page=1)

    def at_page(self, page: int) -> "View":
        return replace(self, page=page)

    def _with(self, facet: Facet, values: tuple[str, ...]) -> "View":
        changed: dict[str, Any] = {facet: values}
        return replace(self, page=1, **changed)

    def pairs(self) -> list[tuple[str, str]]:
        """Of the query string, without what goes without saying."""
        pairs = [("filter", self.filter.value)] if self.filter else []
        pairs += [(facet, value) for facet in FACETS for value in self.chosen(facet)]
        if self.search:
            pairs.append(("search", self.search))
        if self.sort != "worst" or self.descending:
            pairs.append(("sort", f"-{self.sort}" if self.descending else self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return pairs

    def address(self, path: str = "/", **more: object) -> str:
        pairs = [*self.pairs(), *((name, str(value)) for name, value in more.items())]
        return f"{path}?{urlencode(pairs)}" if pairs else path


def view_of(query: Sequence[tuple[str, str]]) -> View:
    """What nobody knows is left out: an old link still shows something."""
    given: dict[str, list[str]] = {}
    for name, value in query:
        given.setdefault(name, []).append(value)
    last: Mapping[str, str] = {name: values[-1].strip() for name, values in given.items()}
    sort = last.get("sort", "")
    return View(
        filter=Concern(last["filter"]) if last.get("filter") in list(Concern) else None,
        severity=_known(given.get("severity", ()), list(Severity)),
        age=_known(given.get("age", ()), [age.value for age in AGES]),
        force=_each_once(given.get("force", ())),
        unit=_each_once(given.get("unit", ())),
        channel=_each_once(given.get("channel", ())),
        type=_each_once(given.get("type", ())),
        opened=_each_once(given.get("opened", ())),
        holder=_each_once(given.get("holder", ())),
        search=" ".join(last.get("search", "").split())[:MOST_SEARCHED],
        sort=sort.lstrip("-") if sort.lstrip("-") in SORTS else "worst",
        descending=sort.startswith("-") and sort.lstrip("-") in SORTS,
        page=_page(last.get("page", "")),
    )


def _known(values: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    return tuple(value for value in _each_once(values) if value in known)


def _each_once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))[:_MOST_VALUES]


def _page(given: str) -> int:
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 8 else 1
