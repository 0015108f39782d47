"""The filters beside the queue, each with what it would show."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from monitor.contract.verdict import Severity
from monitor.web.queue.address import AGES, FACETS, Facet, View
from monitor.web.queue.index import Found
from monitor.web.queue.labels import CONCERNS, EVERYTHING, NO_TYPE, NO_UNIT, channel_words
from monitor.web.words import force_name, spoken

NOBODY, YOU = "Nobody", "You"
MOST_VALUES = 30  # of one filter; those with most come first

_TITLES: dict[Facet, str] = {
    "severity": "Severity",
    "age": "Time since the report",
    "force": "Force",
    "unit": "Unit",
    "channel": "Channel",
    "type": "Type now",
    "opened": "Type at first",
    "holder": "Held by",
}
_AGES = {age.value: age.words for age in AGES}
Words = dict[Facet, Callable[[str], str]]
_WORDS: Words = {
    "severity": spoken,
    "age": lambda value: _AGES[value],
    "force": force_name,
    "unit": lambda value: value or NO_UNIT,
    "channel": channel_words,
    "type": lambda value: value or NO_TYPE,
    "opened": lambda value: value or NO_TYPE,
    "holder": lambda value: value or NOBODY,
}
_FIXED: dict[Facet, list[str]] = {
    "severity": [severity.value for severity in reversed(Severity)],
    "age": [age.value for age in AGES],
}


@dataclass(frozen=True)
class Tab:
    text: str
    count: int
    href: str
    current: bool


@dataclass(frozen=True)
class Choice:
    value: str
    text: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Group:
    name: Facet
    title: str
    choices: list[Choice]
    left_out: int


@dataclass(frozen=True)
class Tag:
    """Something that narrows the queue, and the way to do without it."""

    text: str
    href: str


@dataclass(frozen=True)
class Filters:
    tabs: list[Tab]
    holders: list[Tab]
    groups: list[Group]
    tags: list[Tag]


def filters_of(view: View, found: Found, me: str, names: Mapping[str, str]) -> Filters:
    """`me` is the reader's subject, `names` those of all who hold something here."""
    words: Words = {**_WORDS, "holder": lambda holder: YOU if holder == me else names.get(holder, holder) or NOBODY}
    groups = [_group(facet, view, found.facets[facet], words[facet]) for facet in FACETS]
    return Filters(
        tabs=list(_tabs(view, found)),
        holders=list(_holders(view, found, me)),
        groups=[group for group in groups if group.name not in {"force", "holder"} or len(group.choices) > 1],
        tags=list(_tags(view, words)),
    )


def _holders(view: View, found: Found, me: str) -> Iterable[Tab]:
    counts = found.facets["holder"]
    for words, holders in (("Anybody’s", ()), ("Yours", (me,)), ("Nobody’s", ("",))):
        count = sum(counts.values()) if not holders else counts.get(holders[0], 0)
        yield Tab(words, count, view.held_by(*holders).address(), view.holder == holders)


def _tabs(view: View, found: Found) -> Iterable[Tab]:
    yield Tab(EVERYTHING, found.any_concern, view.with_filter(None).address(), view.filter is None)
    for concern, words in CONCERNS.items():
        href = view.with_filter(concern).address()
        yield Tab(words, found.concerns[concern], href, view.filter is concern)


def _group(facet: Facet, view: View, counts: dict[str, int], words: Callable[[str], str]) -> Group:
    chosen = view.chosen(facet)
    values = _FIXED.get(facet) or _by_count(counts, chosen)
    shown = values[: max(MOST_VALUES, len(chosen))]
    choices = [Choice(value, words(value), counts.get(value, 0), value in chosen) for value in shown]
    return Group(facet, _TITLES[facet], choices, len(values) - len(shown))


def _by_count(counts: dict[str, int], chosen: tuple[str, ...]) -> list[str]:
    """Those chosen first, whether or not there is such a value, then the fullest."""
    others = sorted((value for value in counts if value not in chosen), key=lambda value: (-counts[value], value))
    return [*chosen, *others]


def _tags(view: View, words: Words) -> Iterable[Tag]:
    if view.search:
        yield Tag(f"“{view.search}”", view.without_search().address())
    for facet in FACETS:
        for value in view.chosen(facet):
            yield Tag(words[facet](value), view.without(facet, value).address())
