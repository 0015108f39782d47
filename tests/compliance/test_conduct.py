"""Courses of conduct that may hide in quiet logs: suggested, and never part of a verdict."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from monitor.compliance.cases import Cases
from monitor.compliance.conduct import Course, Occasion, courses, occasion_of
from monitor.compliance.holdings import Holdings
from monitor.contract.codec import read
from monitor.contract.topics import Topic
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import TypeMapping
from tests.builders import FORCE, REPORTED, Line, at, crime, decision, incident

VICTIM, SUSPECT = "synthetic-victim", "synthetic-suspect"


def quiet(ref: str, hours: float, victim: str = VICTIM, suspect: str | None = SUSPECT, **fields: Any) -> Line:
    people = {"victims": [{"person_key": victim}], "suspects": [{"person_key": suspect}] if suspect else []}
    return incident(ref, reported_at=at(hours), **{"opening_type": "nsir.asb_personal", **people, **fields})


def occasions(*lines: Line) -> list[Occasion]:
    holdings = Holdings(FORCE)
    for line in lines:
        decoded = read(Topic(line["topic"]), line["value"])
        holdings.add(decoded.event, decoded.canonical)  # type: ignore[arg-type]
    cases = Cases(holdings, load_rulebook(), TypeMapping({}))
    found = (cases.case(ref) for ref in sorted(holdings.incident_refs))
    return [occasion for case in found if case and (occasion := occasion_of(case))]


def found(*lines: Line) -> dict[str, list[str]]:
    """The earlier logs, by the last."""
    return {course.last.ref: [each.ref for each in course.earlier] for course in courses(occasions(*lines))}


def test_the_last_of_several_logs_of_one_victim_and_suspect_carries_the_suggestion() -> None:
    assert found(quiet("A", 0), quiet("B", 40), quiet("C", 100)) == {"C": ["A", "B"]}


def test_one_log_is_no_course_of_conduct() -> None:
    assert found(quiet("A", 0)) == {}
    assert found(quiet("A", 0), quiet("B", 40, victim="other", suspect="another")) == {}


@pytest.mark.parametrize("kind", ["nsir.asb_personal", "nsir.civil_disputes", "nsir.concern_for_safety"])
def test_it_hides_in_these_types(kind: str) -> None:
    assert found(quiet("A", 0), quiet("B", 40, opening_type=kind)) == {"B": ["A"]}


@pytest.mark.parametrize("kind", ["nsir.asb_nuisance", "nsir.missing_person", "nsir.alarm"])
def test_and_in_no_other(kind: str) -> None:
    assert found(quiet("A", 0), quiet("B", 40, opening_type=kind)) == {}


def test_a_log_that_expects_a_crime_is_the_business_of_its_verdict() -> None:
    assert found(quiet("A", 0), quiet("B", 40, opening_type="crime.harassment")) == {}
    assert found(quiet("A", 0), quiet("B", 40, qualifiers=["domestic_abuse"])) == {}


def test_one_victim_is_enough_where_no_suspects_contradict_each_other() -> None:
    assert found(quiet("A", 0, suspect=None), quiet("B", 40)) == {"B": ["A"]}
    assert found(quiet("A", 0, suspect="one"), quiet("B", 40, suspect="two")) == {}


def test_one_suspect_is_enough() -> None:
    assert found(quiet("A", 0, victim="one"), quiet("B", 40, victim="two")) == {"B": ["A"]}


def test_a_person_in_need_twice_is_no_conduct_of_anybodys() -> None:
    concern = {"opening_type": "nsir.concern_for_safety"}
    assert found(quiet("A", 0, suspect=None, **concern), quiet("B", 40, suspect=None, **concern)) == {}
    assert found(quiet("A", 0, **concern), quiet("B", 40, **concern)) == {"B": ["A"]}


def test_callers_within_the_hour_tell_of_one_occasion() -> None:
    assert found(quiet("A", 0), quiet("B", 0.9)) == {}
    assert found(quiet("A", 0), quiet("B", 1)) == {"B": ["A"]}


def test_after_three_months_it_is_another_matter() -> None:
    three_months = 24 * 90  # 14 January to 14 April
    assert found(quiet("A", 0), quiet("B", three_months)) == {"B": ["A"]}
    assert found(quiet("A", 0), quiet("B", three_months + 1)) == {}


def test_a_recorded_conduct_crime_against_the_same_victim_ends_it() -> None:
    harassment: dict[str, Any] = {
        "offence": {"ho_code": "008/66", "category": "8L"},
        "victims": [{"person_key": VICTIM}],
    }
    logs = quiet("A", 0), quiet("B", 40), quiet("C", 100)
    assert found(*logs, crime(incident_refs=["A"], **harassment)) == {}
    assert found(*logs, crime(incident_refs=["A"], status="cancelled", **harassment)) == {"C": ["B"]}
    assault: dict[str, Any] = {"victims": [{"person_key": VICTIM}]}
    assert found(*logs, crime(incident_refs=["A"], **assault)) == {"C": ["B"]}


def test_a_crime_against_somebody_else_does_not() -> None:
    harassment: dict[str, Any] = {"offence": {"ho_code": "008/66", "category": "8L"}}
    other = quiet("X", 20, victim="other", suspect="another")
    assert found(quiet("A", 0), quiet("B", 40), other, crime(incident_refs=["X"], **harassment)) == {"B": ["A"]}


def test_nor_does_one_of_the_same_suspect_against_somebody_else() -> None:
    harassment: dict[str, Any] = {
        "offence": {"ho_code": "008/66", "category": "8L"},
        "victims": [{"person_key": "other"}],
    }
    elsewhere = quiet("X", 20, victim="other", opening_type="crime.harassment")
    logs = quiet("A", 0), quiet("B", 40)
    assert found(*logs, elsewhere, crime(incident_refs=["X"], **harassment)) == {"B": ["A"]}


def test_a_registrar_who_says_that_it_is_no_crime_ends_it_until_the_next_occasion() -> None:
    said = decision("no_crime", incident_ref="B", code="points_to_prove_not_met")
    assert found(quiet("A", 0), quiet("B", 40), said) == {}
    assert found(quiet("A", 0), quiet("B", 40), said, quiet("C", 60)) == {"C": ["A", "B"]}


def test_a_second_caller_who_knows_less_does_not_hide_it() -> None:
    logs = quiet("A", 0, victim="one"), quiet("B", 168, victim="two"), quiet("C", 168.1, victim="two", suspect=None)
    assert found(*logs) == {"B": ["A"]}


def test_what_was_decided_of_another_suspect_does_not_hide_it() -> None:
    said = decision("no_crime", incident_ref="D", code="not_notifiable")
    logs = quiet("A", 0), quiet("B", 168, suspect=None), quiet("D", 480, suspect="another")
    assert found(*logs, said) == {"B": ["A"]}
    assert found(*logs) == {"B": ["A"], "D": ["B"]}


def test_a_course_of_half_a_year_loses_none_of_its_occasions() -> None:
    months = [quiet(f"M{number}", 24 * 60 * number) for number in range(4)]
    assert found(*months) == {"M1": ["M0"], "M2": ["M1"], "M3": ["M2"]}


def test_a_duplicate_is_no_occasion() -> None:
    assert found(quiet("A", 0), quiet("B", 40, duplicate_of="A")) == {}


def test_a_log_that_names_nobody_is_none() -> None:
    assert found(quiet("A", 0), incident("B", reported_at=at(40), opening_type="nsir.asb_personal", victims=[])) == {}


def test_the_order_does_not_matter() -> None:
    rng = Random(20)
    kinds = [Occasion(REPORTED + timedelta(hours=rng.randrange(9000)), f"L{n}", *_people(rng)) for n in range(200)]
    first = list(courses(kinds))
    assert len(first) > 5
    for _ in range(3):
        rng.shuffle(kinds)
        assert list(courses(kinds)) == first


def _people(rng: Random) -> tuple[frozenset[str], frozenset[str], bool, bool, bool]:
    some = [frozenset(f"p{rng.randrange(60)}" for _ in range(rng.randrange(2))) for _ in range(2)]
    return some[0] or frozenset({"p0"}), some[1], rng.random() < 0.3, rng.random() < 0.1, rng.random() < 0.1


def test_a_course_has_its_occasions_in_order() -> None:
    for course in courses(occasions(quiet("B", 40), quiet("A", 0), quiet("C", 100))):
        assert isinstance(course, Course)
        assert list(course.earlier) == sorted(course.earlier)
