"""The offence table and what it says of one offence: whether it is notifiable, and the groups it belongs to."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.contract.events import ODD_CODE, Offence
from monitor.contract.identity import canonical_category

N_CATEGORIES = {"100": "N100", "200": "N200", "300": "N300"}  # by the first three digits of the code
GROUP_CATEGORIES = {
    "rape": frozenset({"19C", "19D", "19E", "19F", "19G", "19H", "19J", "19K"}),
    "injury": frozenset({"5D", "5E", "8N", "8P", "8S", "8T"}),
    "conduct": frozenset({"8L", "8M", "8Q", "8U"}),
    "slavery": frozenset({"106"}),
    "homicide": frozenset({"1", "4/1", "4/2", "4/10"}),
    "attempted_murder": frozenset({"2"}),
    "n100": frozenset({"N100"}),
    "left_aside": frozenset({"N200", "N300"}),
    "harassment": frozenset({"8L"}),
    "stalking": frozenset({"8Q"}),
    "self_defence": frozenset({"104", "105A"}),  # C5 may cancel them
}
GROUP_CLASSES = {
    "violent": "violence against the person",
    "sexual": "sexual offences",
    "robbery": "robbery",
    "public_order": "public order offences",
}
GROUP_CODES = {
    "breach": frozenset({"008/31", "008/74", "066/38", "066/39", "068/19", "068/20"}),
    "strangulation": frozenset({"008/77"}),
    "continuing": frozenset({"008/72", "138/52"}),  # may continue a course of conduct beside the conduct offences
    "actual_bodily_harm": frozenset({"008/06"}),
}
IMPLIED = {"rape": "sexual", "n100": "sexual"}


class Row(NamedTuple):
    ho_code: str
    category: str  # canonical; blank where the code has none
    offence_class: str  # lower case
    offence: str
    mark: str  # V, S or S/V
    current: bool


@dataclass(frozen=True, slots=True)
class OffenceFacts:
    """What the list says of one offence."""

    ho_code: str | None
    category: str | None  # as given where it is known, else filled in where the code has exactly one
    on_list: bool
    odd_code: bool  # given, but of no known form
    unknown: bool  # a code of no known form or a category nobody knows: read as null
    groups: frozenset[str]
    has_victim: bool  # the list marks it V or S/V
    state_only: bool  # the list marks it S in every row of its code (and category)

    def is_in(self, group: str) -> bool:
        return group in self.groups


class OffenceTable:
    """Rows of the list by code, category and both: the current ones, and old ones where there is no current one."""

    def __init__(self, rows: Iterable[Row]) -> None:
        by_code: dict[str, list[Row]] = defaultdict(list)
        by_category: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_code[row.ho_code].append(row)
            by_category[row.category].append(row)
        by_category.pop("", None)
        self.by_code = {code: _in_force(found) for code, found in by_code.items()}
        self.by_category = {category: _in_force(found) for category, found in by_category.items()}
        self._facts: dict[tuple[str | None, str | None], OffenceFacts] = {}

    def facts(self, offence: Offence) -> OffenceFacts:
        key = (offence.ho_code, offence.category)
        found = self._facts.get(key)
        if found is None:
            if len(self._facts) > 10_000:  # codes come from outside: do not grow without end
                self._facts.clear()
            found = self._facts[key] = self._look_up(*key)
        return found

    def categories_of(self, code: str) -> tuple[str, ...]:
        if code[:3] in N_CATEGORIES:
            return (N_CATEGORIES[code[:3]],)
        return tuple(sorted({row.category for row in self.by_code.get(code, ()) if row.category}))

    def _look_up(self, given_code: str | None, given_category: str | None) -> OffenceFacts:
        code = None if given_code == ODD_CODE else given_code
        category = given_category if self._knows(given_category) else None
        categories = (category,) if category else self.categories_of(code) if code else ()
        if category is None and len(categories) == 1:
            category = categories[0]
        rows = self._marked_rows(code, category)
        return OffenceFacts(
            ho_code=code,
            category=category,
            on_list=bool(code in self.by_code or category in self.by_category or category == "N100"),
            odd_code=given_code == ODD_CODE,
            unknown=given_code == ODD_CODE or not (given_category is None or self._knows(given_category)),
            groups=self._groups(code, categories),
            has_victim=any(row.mark != "S" for row in rows),
            state_only=bool(rows) and all(row.mark == "S" for row in rows),
        )

    def _knows(self, category: str | None) -> bool:
        return category in self.by_category or category in N_CATEGORIES.values()

    def _rows(self, code: str | None, category: str | None) -> Sequence[Row]:
        """The rows of code and category where the list has one, else those of the category, else those of the code."""
        of_code = self.by_code.get(code, ()) if code else ()
        if category is None:
            return of_code
        return [row for row in of_code if row.category == category] or self.by_category.get(category, ())

    def _marked_rows(self, code: str | None, category: str | None) -> Sequence[Row]:
        """The rows that say whether there is a victim: of code and category, as far as each is given."""
        if code is None:
            return self.by_category.get(category, ()) if category else ()
        return [row for row in self.by_code.get(code, ()) if category in {None, row.category}]

    def _groups(self, code: str | None, categories: Sequence[str]) -> frozenset[str]:
        """The groups that every one of the categories is in, and those that go by the code."""
        groups = {name for name, codes in GROUP_CODES.items() if code in codes}
        if categories:
            groups |= frozenset.intersection(*(self._groups_by_category(code, each) for each in categories))
        return frozenset(groups)

    def _groups_by_category(self, code: str | None, category: str) -> frozenset[str]:
        groups = {name for name, members in GROUP_CATEGORIES.items() if category in members}
        classes = {row.offence_class for row in self._rows(code, category)}
        groups |= {name for name, offence_class in GROUP_CLASSES.items() if classes == {offence_class}}
        return frozenset(groups | {IMPLIED[name] for name in groups if name in IMPLIED})


def read_rows(lines: Iterable[str]) -> list[Row]:
    return [
        Row(
            line["ho_code"],
            canonical_category(line["category"]),
            line["class"].lower(),
            line["offence"],
            line["mark"],
            line["current"] == "Y",
        )
        for line in csv.DictReader(lines)
    ]


def _in_force(rows: list[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.current) or tuple(rows)
