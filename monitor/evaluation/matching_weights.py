"""`make matching-weights` writes the weights of the matching anew, learnt on a synthetic force of its own seed."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

from monitor.compliance.cases import Cases
from monitor.compliance.holdings import Holdings
from monitor.contract.codec import Decoded, read
from monitor.contract.events import Heartbeat
from monitor.contract.topics import Topic
from monitor.evaluation.roughen import roughened
from monitor.matching.learn import Pair, learn
from monitor.matching.sides import Side, side_of_log, side_of_record
from monitor.matching.weights import Weights
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import ForceMappings, load_mappings
from monitor.simulator import mapping_path, stream_events
from monitor.simulator.live import until

Line = dict[str, Any]
END = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEED, DAYS, RATE = 11, 30.0, 60.0
BY_CHANCE = 40  # records that each linked log is put together with

_HEAD = """# Written by `make matching-weights`: learnt on {linked} linked pairs of a synthetic force (seed {seed},
# {days:g} days, {rate:g} reports an hour), and on {chance} pairs put together by chance. m: the share of linked pairs
# at this level, of those that can be compared; u: the share of other pairs, and for levels of time the span in days.
"""


def events(seed: int, days: float = DAYS, beyond: float = 0.0) -> list[Line]:
    """Of so many days before the end, and so many beyond it."""
    return [*until(stream_events(seed, END - timedelta(days=days), 1, RATE), END + timedelta(days=beyond))]


def cases_of(lines: Iterable[Line], mappings: ForceMappings) -> Cases:
    """Of one force."""
    decoded = (read(Topic(line["topic"]), line["value"]) for line in lines)
    known: Iterator[Decoded] = (each for each in decoded if not isinstance(each.event, Heartbeat))
    first = next(known)
    holdings = Holdings(first.event.force)
    for each in chain([first], known):
        assert not isinstance(each.event, Heartbeat)
        holdings.add(each.event, each.canonical)
    return Cases(holdings, load_rulebook(), mappings.of(holdings.force))


def linked_pairs(cases: Cases) -> Iterator[Pair]:
    table = cases.rulebook.offences
    for ref in sorted(cases.holdings.incident_refs):
        case = cases.case(ref)
        if case and case.linked:
            log = side_of_log(case, table)
            yield from ((log, side_of_record(crime, table)) for crime in case.linked)


def pairs_by_chance(linked: list[Pair], rng: Random) -> Iterator[Pair]:
    """Of any two of the force, as if both had been told at one time."""
    for log, own in linked:
        for _, other in rng.choices(linked, k=BY_CHANCE):
            if other.ref != own.ref:
                yield log, _at(other, log.at)


def _at(record: Side, at: datetime) -> Side:
    """Its time says nothing here: the weights of time go by spans."""
    return Side(
        record.ref, at, record.victims, record.suspects, record.kinds, record.offences, record.domestic_abuse,
        record.place, record.unit,
    )  # fmt: skip


def document(seed: int = SEED, days: float = DAYS) -> str:
    lines = roughened(events(seed, days), seed)
    linked = [*linked_pairs(cases_of(lines, load_mappings(mapping_path())))]
    weights = learn(linked, pairs_by_chance(linked, Random(seed)))  # noqa: S311  reproducible on purpose
    chance = len(linked) * BY_CHANCE
    head = _HEAD.format(linked=len(linked), seed=seed, days=days, rate=RATE, chance=f"some {chance}")
    return head + "".join(_toml(weights))


def _toml(weights: Weights) -> Iterator[str]:
    for field, levels in weights.items():
        yield f"\n[fields.{field}]\n"
        for level, each in levels.items():
            yield f"{level} = {{ m = {each.m:.6g}, u = {each.u:.6g} }} # {each.bits:+.1f} bits\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
