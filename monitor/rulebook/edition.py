"""One edition of the rules: its tables, and the name that every verdict carries."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from monitor.rulebook import cancellations, limits, offences, reasons, severity, types
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


@cache
def load_rulebook() -> Rulebook:
    folder = resources.files("monitor.rulebook") / "data"
    about = tomllib.loads((folder / "edition.toml").read_text("utf-8"))
    table = (folder / "offences.csv").read_text("utf-8")
    return Rulebook(
        edition=about["edition"],
        source=about["source"],
        rules=about["rules"],
        sha256=_digest(table, (folder / "reported_incidents.csv").read_text("utf-8")),
        offences=OffenceTable(read_rows(table.splitlines())),
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
