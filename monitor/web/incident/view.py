"""A case file with what the rules make of it: what the parts of the page and the forms are made from."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from monitor.compliance.case import Case
from monitor.compliance.cases import Cases
from monitor.contract.events import IncidentSnapshot, Offence
from monitor.contract.verdict import Status
from monitor.rulebook.offences import OffenceTable
from monitor.store.case_file import CaseFile
from monitor.web.parts import Parts
from monitor.web.words import spoken

VerdictJson = dict[str, Any]  # as `assess` prints it


@dataclass(frozen=True)
class View:
    file: CaseFile
    web: Parts

    @property
    def key(self) -> tuple[str, str]:
        return self.file.force, self.file.ref

    @property
    def log(self) -> IncidentSnapshot:
        return self.file.log[-1].event

    @cached_property
    def verdict(self) -> VerdictJson | None:
        return orjson.loads(self.file.verdict) if self.file.verdict else None

    @property
    def status(self) -> Status | None:
        return Status(self.verdict["status"]) if self.verdict else None

    @property
    def now(self) -> datetime:
        return self.web.clock.now()

    @cached_property
    def cases(self) -> Cases:
        return Cases(self.file.holdings, self.web.rulebook, self.web.mappings.of(self.file.force))

    @cached_property
    def case(self) -> Case:
        case = self.cases.case(self.file.ref)
        assert case is not None, "a case file holds at least one revision of its log"
        return case

    def finding_codes(self) -> list[str]:
        return [finding["code"] for finding in self.verdict["findings"]] if self.verdict else []

    def person(self, subject: str) -> str:
        """The name of whoever works at the desk; others stand as they are named."""
        return self.file.names.get(subject, subject)

    def type_words(self, code: str | None) -> str:
        """A force's own code with what it means: CR02 (Violence)."""
        if not code:
            return "no type"
        meaning = self.web.mappings.of(self.file.force).canonical(code)
        return spoken(meaning) if code.strip().casefold() == meaning else f"{code} ({spoken(meaning)})"

    def offence_words(self, offence: Offence) -> str:
        return offence_words(offence, self.web.rulebook.offences)


def offence_words(offence: Offence, table: OffenceTable) -> str:
    """8N 008/06: Assault occasioning actual bodily harm"""
    facts = table.facts(offence)
    code = " ".join(part for part in (facts.category, facts.ho_code) if part)
    if not code:
        return "an offence of no known code" if offence.given else "no offence"
    rows = table.by_code.get(facts.ho_code or "", ())  # a category alone holds offences of many names
    names = [row.offence for row in rows if facts.category in (None, row.category)] or [row.offence for row in rows]
    return f"{code}: {names[0]}" if names else code
