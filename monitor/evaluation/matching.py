"""How well records are found again whose link was taken away: `make matching` writes it into docs/matching.md."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from monitor.contract.codec import read
from monitor.contract.topics import Topic
from monitor.evaluation.matching_weights import END, RATE, cases_of, events
from monitor.evaluation.roughen import roughened
from monitor.evaluation.shares import Share
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import ForceMappings, load_mappings
from monitor.simulator import mapping_path
from monitor.store import BrokerEnds, Received, judge_with, merge, open_store, review_due
from monitor.store.matching import Looking, matches_for, waiting

Line = dict[str, Any]
Truth = dict[str, set[str]]  # the records of each incident, by its reference
SHARE = 0.2  # of linked records that lose their link
SEEDS, DAYS = (12, 13), 10.0  # neither is the one that the weights were learnt on; the last was looked at once
_LINKED_LATER = 3.0  # days within which every link of a synthetic force is stated
_BATCH = 2000
_BEGIN, _END = "<!-- figures -->\n", "<!-- end of figures -->\n"


@dataclass
class Found:
    """What was suggested to each incident that waits, beside the truth."""

    first_right: list[bool] = field(default_factory=list)  # of incidents with a suggestion
    found_first: list[bool] = field(default_factory=list)  # of incidents with a record that lost its link
    found_at_all: list[bool] = field(default_factory=list)  # of such records: among the suggestions
    seconds: list[float] = field(default_factory=list)  # of each question
    without_record: int = 0  # incidents that wait, and no record is there

    def add(self, matches: Sequence[str], theirs: set[str], seconds: float) -> None:
        right = bool(matches) and matches[0] in theirs
        self.seconds.append(seconds)
        if matches:
            self.first_right.append(right)
        if theirs:
            self.found_first.append(right)
            self.found_at_all += [ref in matches for ref in sorted(theirs)]
        else:
            self.without_record += 1


def without_links(lines: Iterable[Line], lost: set[str]) -> Iterator[Line]:
    """The same events, in which nothing links these records to a log."""
    for line in lines:
        value = line["value"]
        if line["topic"] == Topic.CRIME_RECORDS.value and value["crime_ref"] in lost:
            yield {**line, "value": {**value, "incident_refs": []}}
        elif line["topic"] == Topic.INCIDENTS.value and not lost.isdisjoint(value.get("crime_refs") or ()):
            yield {**line, "value": {**value, "crime_refs": [ref for ref in value["crime_refs"] if ref not in lost]}}
        else:
            yield line


def measure(lines: Sequence[Line], truth: Truth, mappings: ForceMappings, seed: int, share: float = SHARE) -> Found:
    """Of one force: links are taken away at random, everything is merged and judged, and each that waits is asked for.

    In a store of its own, by the very questions that the page asks. `truth` may know of links that are stated later.
    """
    linked = sorted({ref for refs in links(lines, mappings).values() for ref in refs})
    lost = set(Random(f"{seed}/links").sample(linked, round(share * len(linked))))  # noqa: S311  reproducible
    looking, found = Looking(load_rulebook(), mappings, END), Found()
    with TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{folder}/matching.db")
        try:
            left = [*without_links(lines, lost)]
            still, known = links(left, mappings), _records(left)
            _fill(engine, left, mappings)
            for key in waiting(engine):
                began = perf_counter()
                matches = [each.crime.ref for each in matches_for(engine, key, looking) or ()]
                theirs = truth.get(key[1], set()) & known - still.get(key[1], set())
                found.add(matches, theirs, perf_counter() - began)
        finally:
            engine.dispose()
    return found


def links(lines: Iterable[Line], mappings: ForceMappings) -> Truth:
    """Those that are stated, on either side."""
    cases = cases_of(lines, mappings)
    opened = (cases.case(ref) for ref in cases.holdings.incident_refs)
    return {case.ref: {crime.ref for crime in case.linked} for case in opened if case and case.linked}


def _records(lines: Iterable[Line]) -> set[str]:
    return {line["value"]["crime_ref"] for line in lines if line["topic"] == Topic.CRIME_RECORDS.value}


def _fill(engine: Any, lines: Iterable[Line], mappings: ForceMappings) -> None:
    judge, broker = judge_with(load_rulebook(), mappings), BrokerEnds({}, END)
    received = (
        Received(Topic(line["topic"]), 0, number, END, read(Topic(line["topic"]), line["value"]))
        for number, line in enumerate(lines)
        if line["topic"] != Topic.HEARTBEATS.value
    )
    while batch := [*islice(received, _BATCH)]:
        merge(engine, batch)
    while review_due(engine, judge, END, broker).more:
        pass


def synthetic(seed: int, days: float = DAYS) -> Found:
    mappings = load_mappings(mapping_path())
    lines, later = ([*roughened(events(seed, days, beyond), seed)] for beyond in (0.0, _LINKED_LATER))
    return measure(lines, links(later, mappings), mappings, seed)


def figures() -> str:
    head = (
        f"{DAYS:g} days of {RATE:g} reports an hour; {SHARE:.0%} of all links taken away.\n\n"
        "| seed | incidents that wait | of them without any record | precision at one | found first | found at all "
        "| a question, median and 99th percentile |\n|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(_row(seed, synthetic(seed)) for seed in SEEDS)


def _row(seed: int, found: Found) -> str:
    times = sorted(found.seconds)
    median, late = times[len(times) // 2], times[len(times) * 99 // 100]
    shares = " | ".join(_share(each) for each in (found.first_right, found.found_first, found.found_at_all))
    took = f"{1000 * median:.0f} ms, {1000 * late:.0f} ms"
    return f"| {seed} | {len(times)} | {found.without_record} | {shares} | {took} |\n"


def _share(each: Sequence[bool]) -> str:
    share = Share.among(each)
    low, high = share.interval or (0, 0)
    return f"{share.found} of {share.of}: {share.rate or 0:.3f} ({low:.3f} to {high:.3f})"


def main(path: Path) -> None:
    found = figures()
    before, _, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    path.write_text(f"{before}{_BEGIN}{found}{_END}{rest.partition(_END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
