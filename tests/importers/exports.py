"""A made-up export of a made-up force, and what tests do with it. Every name in it is invented."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.importers.load import MappingFile
from monitor.importers.persons import Pseudonyms
from monitor.importers.reader import Export
from monitor.importers.run import Import
from monitor.importers.tally import Tally

SECRET = b"a secret for tests, of forty bytes long."
HEADER = "Ref,Call Time,Closed,Opened As,Closed As,How,Crime No,Crime Time,Offence,Surname,Born,Role,Notes"
MAPPING = """
force = "Testshire"
types = "types.toml"

[times]
zone = "Europe/London"
formats = ["%d/%m/%Y %H:%M"]

[incident]
ref = "Ref"
reported_at = "Call Time"
closed_at = "Closed"
opening_type = "Opened As"
closing_type = "Closed As"

[incident.channel]
column = "How"
codes = { "TEL" = "101", "EMERG" = "999" }

[[incident.victims]]
person = ["Surname", "Born"]
when = { column = "Role", is = ["VIC"] }
confirmed = { value = "yes" }

[[incident.suspects]]
person = ["Surname", "Born"]
when = { column = "Role", is = ["SUSP"] }

[crime]
ref = { column = "Crime No", split = ";" }
recorded_at = "Crime Time"

[crime.offence]
column = "Offence"
codes = { "ABH" = { category = "8N", ho_code = "8/6" }, "COMMON ASSAULT" = "105A", "LOST DOG" = false }
"""
TYPES = """
[testshire.types]
"VIOL" = "crime.violence"
"ASB" = "nsir.asb_nuisance"
"""


def row(ref: str = "A1", **cells: str) -> str:
    """One line of the export; cells by the first word of their column, in small letters."""
    given = {
        "call": "14/01/2026 21:02", "closed": "", "opened": "VIOL", "closing": "", "how": "TEL", "crime": "",
        "at": "", "offence": "", "surname": "", "born": "", "role": "", "notes": "", **cells,
    }  # fmt: skip
    return ",".join([ref, *given.values()])


@dataclass
class Imported:
    lines: list[dict[str, Any]]
    tally: Tally

    def values(self, topic: str) -> list[dict[str, Any]]:
        return [line["value"] for line in self.lines if line["topic"] == topic]

    @property
    def incident(self) -> dict[str, Any]:
        (only,) = self.values("incidents")
        return only

    @property
    def crime(self) -> dict[str, Any]:
        (only,) = self.values("crime-records")
        return only


@dataclass
class Desk:
    """A folder with a mapping, a force mapping and exports."""

    folder: Path
    mapping: str = MAPPING
    options: dict[str, Any] = field(default_factory=dict)

    def write(self, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
        (self.folder / "mapping.toml").write_text(self.mapping, "utf-8")
        (self.folder / "types.toml").write_text(TYPES, "utf-8")
        path = self.folder / "export.csv"
        path.write_bytes(("\r\n".join([header, *rows]) + "\r\n").encode(encoding))
        return path

    def given(self) -> MappingFile:
        return MappingFile(self.folder / "mapping.toml")

    def run(self, *rows: str, header: str = HEADER, encoding: str = "utf-8", read_as: str | None = None) -> Imported:
        path = self.write(*rows, header=header, encoding=encoding)
        given = self.given()
        pseudonyms = Pseudonyms(SECRET, given.mapping.force, given.mapping.persons.unknown)
        with Export(path, read_as, given.mapping.csv.delimiter) as export:
            work = Import(given, export, "export.csv", pseudonyms, **self.options)
            return Imported(list(work.lines()), work.tally)
