"""One edition of the rules: its tables, and the name that every verdict carries."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from monitor.rulebook import cancellations, limits, offences, reasons, severity, types
from monitor.rulebook.folder import ABOUT, INCIDENTS, NAMES, OFFENCES, read_edition
from monitor.rulebook.offences import OffenceTable, read_rows

_RULES_IN_CODE = (limits, types, offences, reasons, cancellations, severity)


@dataclass(frozen=True)
class Rulebook:
    edition: str
    source: str
    rules: str
    sha256: str  # of every table and rule
    offences: OffenceTable

    @property
    def name(self) -> str:
        """Edition, source and hash in a line, as each verdict carries them."""
        return f"{self.edition}; {self.source}; sha256:{self.sha256[:16]}"


def load_rulebook(edition: str | None = None) -> Rulebook:
    """The edition that comes with the monitor; or another, by its name or the folder of its files.

    Raises UserError for one that cannot be judged by.
    """
    own = _own()
    return own if edition in {None, own.edition} else _of_folder(Path(str(edition)).absolute())


@cache
def _own() -> Rulebook:
    folder = resources.files("monitor.rulebook") / "data"
    about = tomllib.loads((folder / ABOUT).read_text("utf-8"))
    return _rulebook(about, {name: (folder / name).read_text("utf-8") for name in (OFFENCES, INCIDENTS)})


@cache
def _of_folder(folder: Path) -> Rulebook:
    return _rulebook(*read_edition(folder))


def _rulebook(about: Mapping[str, str], tables: Mapping[str, str]) -> Rulebook:
    return Rulebook(
        **{name: about[name] for name in NAMES},
        sha256=_digest(tables[OFFENCES], tables[INCIDENTS]),
        offences=OffenceTable(read_rows(tables[OFFENCES].splitlines())),
    )


def _digest(*tables: str) -> str:
    digest = hashlib.sha256()
    for text in (*tables, *(_constants(module) for module in _RULES_IN_CODE)):
        digest.update(text.encode())
    return digest.hexdigest()


def _constants(module: object) -> str:
    """The rules that stand in a module, the same on every run (sets have no order of their own)."""
    names = sorted(name for name in vars(module) if name.isupper())
    return "\n".join(f"{name}={_ordered(vars(module)[name])}" for name in names)


def _ordered(value: object) -> str:
    if isinstance(value, dict):
        return str([(key, _ordered(item)) for key, item in sorted(value.items())])
    return str(sorted(value)) if isinstance(value, frozenset) else str(value)
