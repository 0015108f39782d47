"""A share of so many, with a Wilson interval: it has a width where all or none were found, too."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054  # of 95 %


@dataclass(frozen=True, slots=True)
class Share:
    found: int
    of: int

    @classmethod
    def among(cls, each: Iterable[bool]) -> "Share":
        told = list(each)
        return cls(sum(told), len(told))

    @property
    def rate(self) -> float | None:
        return self.found / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.of:
            return None
        rate, z2 = self.found / self.of, _Z * _Z
        middle = (rate + z2 / (2 * self.of)) / (1 + z2 / self.of)
        half = _Z / (1 + z2 / self.of) * sqrt(rate * (1 - rate) / self.of + z2 / (4 * self.of * self.of))
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_dict(self) -> dict[str, object]:
        low, high = self.interval or (None, None)
        return {"found": self.found, "of": self.of, "rate": _short(self.rate), "low": _short(low), "high": _short(high)}


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
