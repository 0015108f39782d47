"""A whole export to lines of the contract, one after the other, with everything counted on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.importers.fold import Fold
from monitor.importers.load import MappingFile
from monitor.importers.local_time import LocalTimes
from monitor.importers.persons import Pseudonyms
from monitor.importers.reader import BadRow, Export, Row
from monitor.importers.rejects import Rejects
from monitor.importers.rows import RowReader, Said
from monitor.importers.send import Sender
from monitor.importers.tally import Tally
from monitor.importers.values import UnusableError, Values
from monitor.importers.wire import Line
from monitor.rulebook.mapping import load_mappings

TICK = 500  # rows
REMEMBERED = 100_000  # incidents sent last: enough to notice that the rows of one do not stand together


@dataclass
class Import:
    """With `rows = "together"` it holds one incident at a time; else all of them, until the export ends.

    Raises UserError before the first line where mapping and export do not fit.
    """

    given: MappingFile
    export: Export
    source: str
    pseudonyms: Pseudonyms | None = None
    exported_at: datetime | None = None
    rejects: Rejects | None = None
    tick: Callable[[], None] = lambda: None  # called every so many rows
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        mapping = self.given.mapping
        self.given.check_header(self.export.header, self.source)
        values = Values(LocalTimes(mapping.times, self.tally), self.tally, self.pseudonyms)
        self._reader = RowReader(mapping, values, self.exported_at)
        self._sender = Sender(mapping, load_mappings(self.given.types_path).of(mapping.force), self.tally)
        self._fold = Fold(self.tally)
        self._sent: dict[str, None] = {}

    def lines(self) -> Iterator[Line]:
        together, standing = self.given.mapping.rows == "together", ""
        for number, said in self._said():
            if together and said.key != standing:
                yield from self._sender.flush(self._fold)
                standing = said.key
                self._notice_again(standing, number)
            self._fold.add(said, number)
        yield from self._sender.flush(self._fold)
        yield from self._sender.heartbeats(self.exported_at)

    def as_json(self, seconds: float) -> dict[str, Any]:
        """The report."""
        about = {"source": self.source, "mapping": str(self.given.path), "force": self.given.mapping.force}
        return {**about, "seconds": round(seconds, 3), **self.tally.as_json()}

    def _said(self) -> Iterator[tuple[int, Said]]:
        for number, row in self.export.rows({named.column for named in self.given.named}):
            self.tally.rows += 1
            if self.tally.rows % TICK == 0:
                self.tick()
            try:
                said = self._read(row)
            except UnusableError as error:
                self.tally.unusable[str(error)].add(number)
                self._reject(number, str(error), row)
                continue
            self.tally.used += 1
            if said.crime_problem:
                self.tally.without_crime[said.crime_problem].add(number)
                self._reject(number, said.crime_problem, row)
            if said.incident or said.crimes:
                yield number, said

    def _read(self, row: Row | BadRow) -> Said:
        if isinstance(row, BadRow):
            raise UnusableError(row.reason)
        return self._reader.read(row)

    def _reject(self, number: int, reason: str, row: Row | BadRow) -> None:
        if self.rejects is not None:
            self.rejects.add(number, reason, row if isinstance(row, Row) else None)

    def _notice_again(self, key: str, number: int) -> None:
        if key in self._sent:
            self.tally.again.add(number)
        self._sent[key] = None
        if len(self._sent) > REMEMBERED:
            del self._sent[next(iter(self._sent))]
