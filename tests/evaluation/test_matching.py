"""A small version of docs/matching.md, on a seed of its own."""

import random
import tomllib
from typing import Any

import pytest

from monitor.compliance.cases import Cases
from monitor.evaluation import matching
from monitor.evaluation.matching import Found, links, measure, without_links
from monitor.evaluation.matching_weights import cases_of, document, events, linked_pairs, pairs_by_chance
from monitor.evaluation.roughen import Roughness, roughened
from monitor.evaluation.shares import Share
from monitor.matching.weights import learnt_weights
from monitor.rulebook.mapping import load_mappings
from monitor.simulator import mapping_path
from tests.builders import Line, crime, incident

SEED, DAYS = 21, 1.0
MAPPINGS = load_mappings(mapping_path())


@pytest.fixture(scope="module")
def found() -> Found:
    return matching.synthetic(SEED, DAYS)


def test_what_lost_its_link_is_found_again(found: Found) -> None:
    first_right, found_first = Share.among(found.first_right), Share.among(found.found_first)
    assert found_first.of > 80
    assert (first_right.rate or 0) >= 0.95
    assert (found_first.rate or 0) >= 0.9


def test_an_incident_that_nobody_recorded_is_mostly_left_alone(found: Found) -> None:
    wrong = len(found.first_right) - sum(found.first_right)
    assert found.without_record > 50
    assert wrong <= 0.05 * found.without_record


def test_without_people_and_places_it_says_nothing_rather_than_something_wrong() -> None:
    lines = [_bare(line) for line in events(SEED, 0.5)]
    bare = measure(lines, links(lines, MAPPINGS), MAPPINGS, SEED)
    assert len(bare.seconds) > 30
    assert bare.first_right == []


def _bare(line: Line) -> Line:
    value = line["value"]
    emptied: dict[str, Any] = {"victims": [], "suspects": [], "location": None}
    return {**line, "value": {**value, **{name: emptied[name] for name in emptied if name in value}}}


def test_a_link_is_taken_away_on_both_sides_and_no_other_is() -> None:
    lines = [incident(crime_refs=["C1", "C2"]), crime("C1"), crime("C2", incident_refs=["INC-1"])]
    left = [line["value"] for line in without_links(lines, {"C1"})]
    assert [left[0]["crime_refs"], left[1]["incident_refs"], left[2]["incident_refs"]] == [["C2"], [], ["INC-1"]]


def test_roughening_is_the_same_each_time_and_leaves_links_alone() -> None:
    lines = events(SEED, 0.3)
    rough = [*roughened(lines, SEED)]
    assert rough == [*roughened(lines, SEED)]
    assert rough != lines
    assert links(rough, MAPPINGS) == links(lines, MAPPINGS)
    assert [*roughened(lines, SEED, Roughness(0, 0, 0, 0, 0, 0, 0))] == lines


def test_pairs_by_chance_are_of_different_stories() -> None:
    opened: Cases = cases_of(events(SEED, 0.3), MAPPINGS)
    linked = [*linked_pairs(opened)]
    own = {(log.ref, record.ref) for log, record in linked}
    drawn = [*pairs_by_chance(linked, random.Random(1))]
    assert len(drawn) > 30 * len(linked)
    assert sum((log.ref, record.ref) in own for log, record in drawn) < len(drawn) / 100


def test_the_weights_are_those_that_the_command_writes() -> None:
    """Learnt on fewer days, they are nearly the same."""
    fields = tomllib.loads(document(days=2))["fields"]
    for field, levels in learnt_weights().items():
        for level, weight in levels.items():
            if weight.m > 0.05:
                assert fields[field][level]["m"] == pytest.approx(weight.m, abs=0.05), (field, level)
