"""The rows that could not be used, kept for the force to put right: persons as pseudonyms, free text left out."""

import csv
from typing import TextIO

from monitor.importers.load import MappingFile
from monitor.importers.persons import Pseudonyms
from monitor.importers.reader import Row


class Rejects:
    """Of columns that the mapping does not name nothing is kept: nobody has said that they hold no names."""

    def __init__(self, file: TextIO, given: MappingFile, pseudonyms: Pseudonyms | None) -> None:
        hidden = {named.column for named in given.named if named.stays_out}
        self._kept = [name for name in dict.fromkeys(named.column for named in given.named) if name not in hidden]
        self._persons = given.persons
        self._pseudonyms = pseudonyms
        self._writer = csv.writer(file)
        self._writer.writerow(["row", "reason", *self._kept])

    def add(self, number: int, reason: str, row: Row | None) -> None:
        """Without a row, its columns could not be told apart, and nothing of it is kept."""
        self._writer.writerow([number, reason, *(self._shown(column, row) for column in self._kept if row)])

    def _shown(self, column: str, row: Row) -> str:
        text = row.cells[column]
        if column not in self._persons:
            return text
        return (self._pseudonyms.of([text]) or "") if self._pseudonyms else ""
