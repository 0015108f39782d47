"""Whether something runs and whether it can work, as it is told to whatever keeps it running."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Report:
    problems: tuple[str, ...] = ()  # sentences; none: all is well
    notes: tuple[str, ...] = ()  # what is worth knowing and no reason to restart anything

    @property
    def status(self) -> str:
        return "503 Service Unavailable" if self.problems else "200 OK"

    def to_json(self) -> bytes:
        return orjson.dumps({"ok": not self.problems, "problems": self.problems, "notes": self.notes}) + b"\n"


Check = Callable[[], Report]


def starting() -> Report:
    return Report(("It is starting.",))


@dataclass
class Health:
    """Who serves it holds it from the beginning; what it says is put in once there is something to say."""

    live: Check = Report
    ready: Check = starting
