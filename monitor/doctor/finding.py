from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"  # it works, and something will bite
    FAIL = "fail"  # it does not work, or what it says cannot be relied on


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    level: Level
    sentence: str
    advice: str = ""  # what to do

    def as_dict(self) -> dict[str, str]:
        return {"check": self.check, "level": self.level, "sentence": self.sentence, "advice": self.advice}


def ok(check: str, sentence: str) -> Finding:
    return Finding(check, Level.OK, sentence)


def warn(check: str, sentence: str, advice: str) -> Finding:
    return Finding(check, Level.WARN, sentence, advice)


def fail(check: str, sentence: str, advice: str) -> Finding:
    return Finding(check, Level.FAIL, sentence, advice)


def unless(found: Iterable[Finding], otherwise: Finding) -> list[Finding]:
    """What was found, or that all is well."""
    return list(found) or [otherwise]
