"""Single values of a row, by the parts of the mapping."""

from dataclasses import dataclass
from datetime import datetime

from monitor.importers.cells import YES_NO, Cell, Offence, PersonCell, TimeCell, Value, folded
from monitor.importers.local_time import LocalTimes, UnusableTimeError
from monitor.importers.persons import Pseudonyms
from monitor.importers.reader import Row
from monitor.importers.tally import Tally


class UnusableError(Exception):
    """A row, or the crime record in it, that can make no event. Its text is the reason, as a slug."""


def text_of(cell: Cell, row: Row) -> str:
    """The first column that is not blank, or all that are not, joined."""
    texts = (row.cells[name] for name in cell.column)
    if cell.join is not None:
        return cell.join.join(text for text in texts if text)
    return next((text for text in texts if text), "")


@dataclass
class Values:
    times: LocalTimes
    tally: Tally
    pseudonyms: Pseudonyms | None

    def text(self, field: str, cell: Value | None, row: Row) -> str | None:
        if cell is None or cell.value is not None:
            return cell.value if cell else None
        found = text_of(cell, row)
        if not found or cell.present is not None:
            return cell.present if found else cell.default
        return self._decoded(field, cell, found) if cell.codes else found

    def texts(self, field: str, cell: Value | None, row: Row) -> list[str]:
        """The items of a list: one a cell, or several where the mapping says what stands between them."""
        if cell is None or cell.value is not None or cell.split is None:
            return [text] if (text := self.text(field, cell, row)) else []
        items = [item.strip() for item in text_of(cell, row).split(cell.split)]
        found = [self._decoded(field, cell, item) if cell.codes else item for item in items if item]
        return [item for item in found if item]

    def flag(self, field: str, cell: Value | None, row: Row) -> bool | None:
        text = self.text(field, cell, row)
        if not text:
            return None
        if folded(text) not in YES_NO:
            self.tally.left_out[field].add(row.number)
        return YES_NO.get(folded(text))

    def number(self, field: str, cell: Value | None, row: Row) -> float | None:
        text = self.text(field, cell, row)
        try:
            return float(text) if text else None
        except ValueError:
            self.tally.left_out[field].add(row.number)
            return None

    def time(self, field: str, cell: TimeCell | None, row: Row, not_before: datetime | None = None) -> datetime | None:
        return self._optional(field, text_of(cell, row), cell, row, not_before) if cell else None

    def needed_time(self, field: str, cell: TimeCell, row: Row, not_before: datetime | None = None) -> datetime:
        if not (text := text_of(cell, row)):
            raise UnusableError(f"{field}_missing")
        try:
            return self.times.read(text, cell.formats, row.number, not_before)
        except UnusableTimeError as error:
            raise UnusableError(f"{field}_{str(error).partition(':')[0].replace(' ', '_')}") from None

    def latest(self, field: str, cell: TimeCell | None, row: Row, not_before: datetime | None) -> datetime | None:
        """The latest of the columns, where one value has several."""
        if cell is None:
            return None
        found = (self._optional(field, row.cells[name], cell, row, not_before) for name in cell.column)
        return max((time for time in found if time), default=None)

    def _optional(
        self, field: str, text: str, cell: TimeCell, row: Row, not_before: datetime | None
    ) -> datetime | None:
        """One that cannot be read is left out, and counted."""
        try:
            return self.times.read(text, cell.formats, row.number, not_before) if text else None
        except UnusableTimeError:
            self.tally.left_out[field].add(row.number)
            return None

    def person(self, cell: PersonCell | None, row: Row) -> str | None:
        if cell is None or self.pseudonyms is None:
            return None
        return self.pseudonyms.of([row.cells[name] for name in cell.column])

    def offence(self, field: str, cell: Offence, row: Row) -> dict[str, str] | None:
        """Empty where the row names none, None where what it names is no crime. An unknown text stands as it is."""
        if not cell.column:
            return _given(category=self.text(field, cell.category, row), ho_code=self.text(field, cell.ho_code, row))
        found = text_of(cell, row)
        if not found:
            return {}
        known = folded(found) in cell.codes
        self.tally.code(field, found, known)
        if not known:
            return {"category": found}  # read as null by the monitor, with a finding: it hides no crime
        meaning = cell.codes[folded(found)]
        return None if meaning is None else _given(category=meaning.category, ho_code=meaning.ho_code)

    def _decoded(self, field: str, cell: Value, found: str) -> str | None:
        """By the table; a code that it lacks stands as it is, for the monitor to find."""
        meaning = cell.codes.get(folded(found), cell.otherwise)
        self.tally.code(field, found, meaning is not None)
        return found if meaning is None else meaning or None


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
