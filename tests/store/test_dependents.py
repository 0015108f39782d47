"""What changes makes due every incident whose verdict rests on it, and no other."""

from typing import Any

import pytest

from tests.builders import Line, at, crime, decision, incident, reason
from tests.store.desk import Desk, clock, counting, pure_verdicts


def duplicate(ref: str, of: str, **fields: Any) -> Line:
    return incident(ref, closing_type="nsir.duplicate", duplicate_of=of, **fields)


def judged_by(desk: Desk, *lines: Line) -> set[str]:
    """Whom these events, merged on their own, make due."""
    desk.review()
    desk.judge, judged = counting()
    desk.receive(*lines)
    desk.review()
    return set(judged)


def test_a_crime_record_makes_due_the_incidents_that_it_names(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"), incident("INC-3"))
    assert judged_by(desk, crime(incident_refs=["INC-1", "INC-3"])) == {"INC-1", "INC-3"}
    assert desk.status("INC-3") == "recorded_in_time"
    assert desk.status("INC-2") == "unrecorded"


def test_a_crime_record_makes_due_the_incident_that_names_it(desk: Desk) -> None:
    desk.receive(incident(crime_refs=["C1"]), incident("INC-2"))
    assert judged_by(desk, crime(incident_refs=[])) == {"INC-1"}
    assert desk.status() == "recorded_in_time"


def test_a_crime_record_that_no_longer_names_an_incident_makes_it_due_once_more(desk: Desk) -> None:
    desk.receive(incident(), crime())
    assert judged_by(desk, crime(revision=2, incident_refs=[])) == {"INC-1"}
    assert desk.status() == "unrecorded"


def test_a_record_that_waited_for_its_log_counts_when_the_log_comes(desk: Desk) -> None:
    desk.receive(crime(), decision("note", text="Early."))
    assert desk.review().taken == 0
    desk.receive(incident())
    desk.review()
    assert desk.status() == "recorded_in_time"


def test_a_record_makes_a_whole_chain_of_duplicates_due(desk: Desk) -> None:
    desk.receive(incident(), *(duplicate(f"INC-{n}", f"INC-{n - 1}") for n in range(2, 40)), incident("INC-99"))
    assert judged_by(desk, crime(incident_refs=["INC-1"])) == {f"INC-{n}" for n in range(1, 40)}
    assert desk.status("INC-39") == "no_crime_justified"


def test_a_circle_of_duplicates_ends(desk: Desk) -> None:
    circle = [duplicate("INC-1", "INC-2"), duplicate("INC-2", "INC-3"), duplicate("INC-3", "INC-1")]
    desk.receive(*circle, duplicate("INC-4", "INC-4"))
    assert judged_by(desk, incident("INC-2", revision=2, duplicate_of="INC-3")) == {"INC-1", "INC-2", "INC-3"}
    assert judged_by(desk, crime(incident_refs=["INC-3"])) == {"INC-1", "INC-2", "INC-3"}
    assert judged_by(desk, crime("C4", incident_refs=["INC-4"])) == {"INC-4"}


def test_a_cancellation_that_leans_on_another_crime_follows_that_crime(desk: Desk) -> None:
    leaning = {"code": "C3", "decided_by_role": "fcr", "decided_at": at(20), "independent": True, "related_ref": "C9"}
    other = crime("C9", incident_refs=["INC-9"])
    desk.receive(incident(), crime(status="cancelled", cancellation=leaning))
    desk.review()
    assert desk.status() == "unrecorded"
    assert judged_by(desk, other) == {"INC-1"}
    assert desk.status() == "no_crime_justified"
    assert judged_by(desk, crime("C9", revision=2, incident_refs=["INC-9"], status="cancelled")) == {"INC-1"}
    assert desk.status() == "unrecorded"


def test_those_who_continue_one_course_of_conduct_follow_each_other(desk: Desk) -> None:
    def continuing(ref: str, days: float, revision: int = 1, **fields: Any) -> Line:
        given = reason("continuation", related_ref="C1")
        harassment = {"opening_type": "crime.harassment", "no_crime_reason": given, "reported_at": at(24 * days)}
        return incident(ref, revision, **(harassment | fields))

    course = crime(incident_refs=["INC-1"], offence={"ho_code": "195/94", "category": "8L"})
    desk.receive(incident(opening_type="crime.harassment"), course, continuing("INC-3", 150), incident("INC-9"))
    assert judged_by(desk, continuing("INC-2", 70)) >= {"INC-2", "INC-3"}
    desk.review(hours=24 * 200)
    assert desk.status("INC-3") == "no_crime_justified"  # within three months of INC-2, not of the crime
    assert judged_by(desk, continuing("INC-2", 70, 2, opening_type="crime.rape")) >= {"INC-2", "INC-3"}
    desk.review(hours=24 * 200)
    assert desk.status("INC-3") == "unrecorded"


def test_a_decision_makes_its_incident_due(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"))
    assert judged_by(desk, decision("no_crime", code="not_notifiable")) == {"INC-1"}
    assert desk.status() == "no_crime_justified"


def test_an_accepted_link_follows_the_crime_from_then_on(desk: Desk) -> None:
    desk.receive(incident(), decision("accept_link", crime_ref="C7"))
    assert judged_by(desk, crime("C7", incident_refs=[])) == {"INC-1"}
    assert desk.status() == "recorded_in_time"


@pytest.mark.parametrize("withdraw_first", [False, True])
def test_a_withdrawal_filed_under_another_incident_takes_the_decision_back(desk: Desk, withdraw_first: bool) -> None:
    settled = decision("no_crime", code="not_notifiable", decision_id="d1")
    withdrawal = decision("withdraw", withdraws="d1", decision_id="d2", incident_ref="INC-2")
    first, second = (withdrawal, settled) if withdraw_first else (settled, withdrawal)
    desk.receive(incident(), incident("INC-2"), first)
    assert "INC-1" in judged_by(desk, second)
    assert desk.status() == "unrecorded"


@pytest.mark.parametrize("turned", [False, True])
def test_a_decision_id_used_again_for_another_incident_makes_both_due(desk: Desk, turned: bool) -> None:
    lines = [
        decision("no_crime", code="not_notifiable", decision_id="d1", decided_by="a"),
        decision("no_crime", code="not_notifiable", decision_id="d1", decided_by="b", incident_ref="INC-2"),
    ]
    first, second = reversed(lines) if turned else lines
    desk.receive(incident(), incident("INC-2"), first)
    assert judged_by(desk, second) == {"INC-1", "INC-2"}
    assert (desk.status("INC-1"), desk.status("INC-2")) == ("unrecorded", "no_crime_justified")


def test_what_a_log_once_named_still_makes_it_due_and_changes_nothing(desk: Desk) -> None:
    desk.receive(duplicate("INC-2", "INC-1"), incident("INC-2", revision=2), incident())
    assert "INC-2" in judged_by(desk, crime())
    assert desk.status("INC-2") == "unrecorded"


def test_nothing_crosses_from_one_force_to_another(desk: Desk) -> None:
    desk.receive(incident(crime_refs=["C1"]), duplicate("INC-2", "INC-1"))
    assert judged_by(desk, crime(force="synthetic-southmoor")) == set()


def test_one_that_is_due_already_is_marked_once(desk: Desk) -> None:
    assert desk.receive(incident(), incident("INC-2")).marked == 2
    assert desk.receive(crime(), crime("C2")).marked == 0
    assert desk.review().taken == 2


def test_a_ref_that_is_both_a_log_and_a_record_is_taken_as_both(desk: Desk) -> None:
    lines = [
        incident("X1"),
        crime("X1", incident_refs=["INC-2"]),
        incident("INC-2"),
        incident("INC-3", crime_refs=["X1"]),
    ]
    for line in lines:
        desk.receive(line)
        desk.review()
    pure = pure_verdicts(lines, clock(60))
    assert {ref: each["status"] for ref, each in desk.verdicts().items()} == {
        ref: each["status"] for (_, ref), each in pure.items()
    }
