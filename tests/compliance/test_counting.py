"""Which crime records count, whether they are enough, and since when."""

from datetime import timedelta
from typing import Any

import pytest

from monitor.contract.verdict import Status
from tests.builders import REPORTED, Line, at, codes, crime, decision, incident, verdict

TWO = [{"person_key": "p1", "confirmed": True}, {"person_key": "p2"}]
BREACH = {"ho_code": "66/39"}


def record(ref: str, hours: float = 12, **fields: Any) -> Line:
    return crime(ref, recorded_at=at(hours), **fields)


def test_a_link_may_stand_on_either_side_or_be_accepted_and_is_listed_once() -> None:
    log = incident(crime_refs=["c1"])
    assert verdict(log, crime()).crime_refs == ("C1",)
    assert verdict(log, crime(incident_refs=[])).crime_refs == ("C1",)
    assert verdict(incident(), crime(incident_refs=[]), decision("accept_link", crime_ref="c1")).crime_refs == ("C1",)
    assert verdict(incident(), crime(incident_refs=[])).crime_refs == ()


def test_only_the_standing_snapshot_of_a_crime_links_it() -> None:
    judged = verdict(incident(), crime(revision=2, incident_refs=["INC-2"]), crime(revision=1))
    assert judged.crime_refs == ()


@pytest.mark.parametrize(
    ("hours", "accepted", "status"),
    [
        (-24, False, Status.RECORDED_IN_TIME),
        (-24.001, False, Status.UNRECORDED),
        (-240, True, Status.RECORDED_IN_TIME),
        (24, False, Status.RECORDED_IN_TIME),
        (24.001, False, Status.RECORDED_LATE),
    ],
)
def test_a_record_much_older_than_the_report_does_not_stand_for_it(
    hours: float, accepted: bool, status: Status
) -> None:
    lines = [incident(), record("C1", hours), *([decision("accept_link", crime_ref="C1")] if accepted else [])]
    judged = verdict(*lines)
    assert judged.status == status
    assert ("recorded_before_reported" in codes(judged)) == (hours < 0)


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"opening_type": "crime.rape"}, True),
        ({"opening_type": "nsir.concern_for_safety"}, True),
        ({"opening_type": "nsir.concern_for_safety", "reported_offences": [{"ho_code": "20/01"}]}, True),
        ({"opening_type": "nsir.concern_for_safety", "reported_offences": [{"ho_code": "49/10"}]}, False),
        ({"opening_type": "crime.violence"}, False),
        ({"opening_type": None}, True),  # unmapped is no crime type
    ],
)
def test_n100_counts_where_a_sexual_offence_or_nothing_else_was_reported(fields: dict[str, Any], counts: bool) -> None:
    judged = verdict(incident(**fields), crime(offence={"ho_code": "100/01"}))
    assert (judged.recorded_at is not None) == counts
    assert ("n100_needs_review" in codes(judged)) == counts


def test_what_was_enough_first_gives_the_time() -> None:
    log = incident(opening_type="crime.theft", victims=[*TWO, {"person_key": "p3"}])
    theft = record("C1", 1, offence={"ho_code": "49/10"})
    assaults = [record("C2", 5), record("C3", 6)]
    assert verdict(log, theft).recorded_at == REPORTED + timedelta(hours=1)
    assert verdict(log, theft, assaults[0]).recorded_at is None, "an assault makes every victim count"
    judged = verdict(log, theft, *assaults)
    assert (judged.recorded_at, judged.delay_hours) == (REPORTED + timedelta(hours=1), 1.0)


def test_the_second_record_makes_it_late() -> None:
    judged = verdict(incident(victims=TWO), record("C1", 2), record("C2", 30))
    assert (judged.status, judged.delay_hours) == (Status.RECORDED_LATE, 30.0)


@pytest.mark.parametrize(
    ("log", "crimes", "missing"),
    [
        ({"victims": TWO}, [{}], ["fewer_crimes_than_victims"]),
        ({"victims": TWO}, [{}, {}], []),
        ({"victims": [TWO[0], TWO[0], {"confirmed": True}]}, [{}], []),  # distinct keys
        ({"victims": [TWO[0], {"person_key": "p2", "confirmed": False}]}, [{}], []),
        (
            {"victims": TWO, "opening_type": "crime.robbery"},
            [{"offence": {"ho_code": "49/10"}}],
            ["fewer_crimes_than_victims"],
        ),
        ({"victims": TWO, "opening_type": "crime.theft"}, [{"offence": {"ho_code": "49/10"}}], []),
        ({"victims": TWO}, [{"offence": BREACH}, {}], ["fewer_crimes_than_victims"]),
        ({"victims": TWO}, [{"offence": BREACH}, {"offence": BREACH}], []),  # nothing else to count
        (
            {"opening_type": "crime.modern_slavery", "reported_offences": [{"ho_code": "8/6"}]},
            [{"offence": {"category": "106"}}],
            ["second_crime_missing"],
        ),
        (
            {"opening_type": "crime.modern_slavery", "reported_offences": [{"ho_code": "66/39"}]},
            [{"offence": {"category": "106"}}],
            [],  # an offence against the state has no victim
        ),
        ({"reported_offences": [BREACH, {"ho_code": "8/6"}]}, [{}], ["breach_not_recorded"]),
        (
            {"reported_offences": [BREACH, {"ho_code": "8/6"}]},
            [{"offence": BREACH}],
            ["offence_beside_breach_not_recorded"],
        ),
        ({"reported_offences": [BREACH, {"ho_code": "8/6"}]}, [{"offence": BREACH}, {}], []),
        ({"reported_offences": [BREACH, {"ho_code": "999/99"}]}, [{"offence": BREACH}], []),
        ({"opening_type": "crime.rape"}, [{}], ["rape_not_recorded"]),
        ({"opening_type": "crime.rape"}, [{"offence": {"ho_code": "19/8"}}], []),
        ({"opening_type": "crime.sexual"}, [{}], []),
    ],
)
def test_what_is_missing_beside_what_counts(
    log: dict[str, Any], crimes: list[dict[str, Any]], missing: list[str]
) -> None:
    lines = [record(f"C{number}", **fields) for number, fields in enumerate(crimes)]
    judged = verdict(incident(**log), *lines)
    too_few = [code for code in codes(judged) if code.endswith(("victims", "missing", "recorded"))]
    assert too_few == missing
    assert (judged.status == Status.PARTLY_RECORDED) == bool(missing)
    assert (judged.recorded_at is None) == bool(missing)


def test_the_number_of_crimes_is_said_as_it_was_compared_with_the_victims() -> None:
    [said] = verdict(incident(victims=TWO), crime("C1", offence=BREACH), crime("C2")).findings
    assert said.message == "Fewer crimes are recorded (1, breaches left aside) than there are victims (2)."


@pytest.mark.parametrize(
    ("decisions", "found"),
    [
        ([{"accepts": ["fewer_crimes_than_victims"], "victims": 2}], []),
        ([{"accepts": ["fewer_crimes_than_victims"], "victims": 1}], ["fewer_crimes_than_victims"]),
        ([{"accepts": ["fewer_crimes_than_victims"]}], ["fewer_crimes_than_victims"]),
        ([{"accepts": ["rape_not_recorded"], "victims": 2}], ["fewer_crimes_than_victims"]),
        ([{"accepts": ["fewer_crimes_than_victims"], "victims": 1}, {"accepts": [], "victims": 2}], []),
    ],
)
def test_what_a_registrar_accepts_as_complete_is_not_given(decisions: list[dict[str, Any]], found: list[str]) -> None:
    made = [decision("accept_as_complete", 30 + n, **fields) for n, fields in enumerate(decisions)]
    assert codes(verdict(incident(victims=TWO), record("C1"), *made)) == found


def test_a_registrar_may_require_more_crimes() -> None:
    judged = verdict(incident(), record("C1"), decision("require_crime", crimes=2))
    assert (judged.status, codes(judged)) == (Status.PARTLY_RECORDED, ["more_crimes_required"])
    assert verdict(incident(), record("C1"), decision("require_crime")).status == Status.RECORDED_IN_TIME


def test_the_last_word_on_a_link_stands() -> None:
    words = [decision("accept_link", 30, crime_ref="C1"), decision("reject_link", 31, crime_ref="C1")]
    assert verdict(incident(), crime(), *words).crime_refs == ()
    assert verdict(incident(), crime(), *words[::-1]).crime_refs == ()
    withdrawn = decision("withdraw", 29, withdraws="reject_link-31")
    assert verdict(incident(), crime(), *words, withdrawn).crime_refs == ("C1",)


def test_a_withdrawal_cannot_be_withdrawn() -> None:
    lines = [
        decision("reject_link", 30, crime_ref="C1"),
        decision("withdraw", 31, withdraws="reject_link-30"),
        decision("withdraw", 32, withdraws="withdraw-31"),
    ]
    assert verdict(incident(), crime(), *lines).crime_refs == ("C1",)


def test_of_two_decisions_with_one_id_the_one_that_sorts_last_is_the_decision() -> None:
    one = decision("note", decision_id="d1", text="first", role="ddm")
    other = decision("require_crime", decision_id="d1")
    quiet = incident(opening_type="nsir.alarm")
    assert verdict(quiet, one, other).because == verdict(quiet, other, one).because == ("decision",)


OTHER = {"victims": [{"person_key": "p9"}]}


@pytest.mark.parametrize(
    ("log", "crimes", "found"),
    [
        ({}, [OTHER], ["persons_differ"]),
        ({}, [OTHER, {}], []),
        ({}, [OTHER, {"victims": []}], []),  # one names nobody
        ({"victims": [{"person_key": "p1", "confirmed": False}]}, [OTHER], []),
        ({"victims": TWO}, [OTHER], ["fewer_crimes_than_victims"]),
        ({"opening_type": "crime.violence"}, [{"offence": {"ho_code": "49/10"}}], ["offence_differs"]),
        ({"opening_type": "crime.violence"}, [{"offence": BREACH}], []),
        ({"opening_type": "crime.theft"}, [{"offence": {"ho_code": "49/10"}}], []),
        ({"suspects": [{"relationship": "ex_partner"}]}, [{"offence": {"category": "8L"}}], ["stalking_expected"]),
        ({"suspects": [{"relationship": "partner"}]}, [{"offence": {"category": "8L"}}], []),
        (
            {"suspects": [{"relationship": "ex_partner"}]},
            [{"offence": {"category": "8L"}}, {"offence": {"category": "8Q"}}],
            [],
        ),
        (
            {"suspects": [{"relationship": "ex_partner"}]},
            [{"offence": {"category": "8L"}}, {"offence": {"ho_code": "8/74"}}],  # a breach, though 8Q
            ["stalking_expected"],
        ),
        ({"suspects": [{"relationship": "ex_partner"}]}, [{"offence": {"ho_code": "8/31"}}], []),
    ],
)
def test_what_is_recorded_is_held_against_what_was_reported(
    log: dict[str, Any], crimes: list[dict[str, Any]], found: list[str]
) -> None:
    lines = [record(f"C{number}", **fields) for number, fields in enumerate(crimes)]
    assert codes(verdict(incident(**log), *lines)) == found


def test_the_earliest_report_counts_until_a_registrar_sets_it() -> None:
    moved = [incident(revision=1), incident(revision=2, reported_at=at(5))]
    judged = verdict(*moved, record("C1", 26))
    assert (judged.status, judged.delay_hours, codes(judged)) == (Status.RECORDED_LATE, 26.0, ["report_time_changed"])
    set_at = decision("set_reported_at", reported_at=at(5))
    judged = verdict(*moved, record("C1", 26), set_at)
    assert (judged.status, judged.delay_hours, codes(judged)) == (Status.RECORDED_IN_TIME, 21.0, [])
