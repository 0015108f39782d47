"""Weights from pairs: m is counted on pairs that are known to be linked, u on pairs put together by chance.

Where links are known, counting is the best estimate there is. Expectation maximisation is for want of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from monitor.matching.compare import LEVELS, UNKNOWN, Field, Levels, compare
from monitor.matching.sides import Side
from monitor.matching.weights import DAYS, Weight, Weights

Pair = tuple[Side, Side]  # a log and a crime record
Counts = Mapping[Field, Counter[str]]
_BEFORE = 0.5  # counted at each level beforehand, so that what was never seen is rare and not impossible


def learn(linked: Iterable[Pair], by_chance: Iterable[Pair]) -> Weights:
    """`by_chance`: many more than `linked`, of the same days."""
    true, other = _count(linked), _count(by_chance)
    return {field: {level: _weight(field, level, true, other) for level in LEVELS[field]} for field in Field}


def _count(pairs: Iterable[Pair]) -> Counts:
    counts: dict[Field, Counter[str]] = {field: Counter() for field in Field}
    for log, record in pairs:
        levels: Levels = compare(log, record) or {}
        for field, level in levels.items():
            counts[field][level] += level != UNKNOWN
    return counts


def _weight(field: Field, level: str, true: Counts, other: Counts) -> Weight:
    u = DAYS[level] if field is Field.TIME else _share(other[field], field, level)
    return Weight(m=_share(true[field], field, level), u=u)


def _share(counts: Counter[str], field: Field, level: str) -> float:
    return (counts[level] + _BEFORE) / (counts.total() + _BEFORE * len(LEVELS[field]))
