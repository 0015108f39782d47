"""From levels and weights to a probability: the weights of the fields add up (Fellegi and Sunter 1969).

Two cares beyond the plain sum. Who is named often says less than who is not (Winkler's frequencies): of a person whom
k logs name, agreement weighs log2 k bits less. And where records are many, one agrees by chance sooner:
the prior falls with the number of unlinked records that a day brings.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from monitor.matching.compare import UNKNOWN, Field, Levels, compare
from monitor.matching.sides import Side
from monitor.matching.weights import PRIOR, Weights

SHOWN_FROM = 0.5  # probability
_LEAST_PER_DAY = 1.0


@dataclass(frozen=True, slots=True)
class Scored:
    record: Side
    levels: Levels
    bits: Mapping[Field, float]  # by field; of one that cannot be compared 0
    odds: float  # that it is this log's, if it were the only one
    probability: float = 0.0  # among the others


def score(
    log: Side, records: Iterable[Side], weights: Weights, named: Mapping[str, int], per_day: float
) -> list[Scored]:
    """The likeliest first, each with its probability.

    `named`: how many logs name a person, by key (1 where it is missing); `per_day`: how many records that are
    linked to nothing a day brings.
    """
    prior = log2(PRIOR / max(per_day, _LEAST_PER_DAY))
    weighed = [found for record in records if (found := _weigh(log, record, weights, named, prior))]
    among = [_among(log, each, weighed) for each in weighed]
    return sorted(among, key=lambda each: (-each.probability, -each.odds, each.record.ref))


def _weigh(log: Side, record: Side, weights: Weights, named: Mapping[str, int], prior: float) -> Scored | None:
    levels = compare(log, record)
    if levels is None:
        return None
    bits = {field: weights[field][level].bits if level != UNKNOWN else 0.0 for field, level in levels.items()}
    for field, both in ((Field.VICTIM, log.victims & record.victims), (Field.SUSPECT, log.suspects & record.suspects)):
        if both:
            bits[field] -= log2(min(max(1, named.get(key, 1)) for key in both))
    return Scored(record, levels, bits, 2 ** (prior + sum(bits.values())))


def _among(log: Side, one: Scored, all_: Sequence[Scored]) -> Scored:
    """One record is this log's, or none: what speaks for another speaks against this one.

    But a log with several victims has several records: those that name its people do not stand against each other.
    """
    names = not log.persons.isdisjoint(one.record.persons)
    against = sum(
        other.odds
        for other in all_
        if other is not one and not (names and not log.persons.isdisjoint(other.record.persons))
    )
    probability = one.odds / (1 + one.odds + against)
    return Scored(one.record, one.levels, one.bits, one.odds, probability)
