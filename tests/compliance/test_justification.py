"""When the absence of a crime record is justified, and what must still be said of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.contract.verdict import Alert, Status
from tests.builders import Line, at, codes, crime, decision, incident, reason, verdict, verdicts

UNCONFIRMED = [{"person_key": "p1"}]
RAPE: dict[str, Any] = {"opening_type": "crime.rape"}


@pytest.mark.parametrize(
    ("code", "fields", "log", "holds"),
    [
        ("contrary_evidence", {}, {}, True),
        ("schools_protocol", {}, {}, True),
        ("sarc_anonymous", {}, {}, False),
        ("boredom", {}, {}, False),
        ("other_force", {}, {}, False),
        ("other_force", {"receiving_force_ref": "K-1"}, {}, True),
        ("victim_declined", {}, {"channel": "third_party", "victims": UNCONFIRMED}, True),
        ("victim_declined", {}, {"channel": "third_party"}, False),
        ("victim_declined", {}, {"channel": "999", "victims": UNCONFIRMED}, False),
        ("victim_not_traced", {}, {"victims": UNCONFIRMED}, True),
        ("victim_not_traced", {}, {"victims": []}, True),
        ("victim_not_traced", {}, {}, False),
        ("victim_not_traced", {}, {"victims": UNCONFIRMED, "channel": "parent_or_carer"}, False),
        ("contrary_evidence", {}, RAPE, False),
        ("contrary_evidence", {"decided_by_role": "fcr"}, RAPE, False),  # said on the log, not decided by the registrar
    ],
)
def test_a_reason_holds_only_where_its_code_does(
    code: str, fields: dict[str, Any], log: dict[str, Any], holds: bool
) -> None:
    judged = verdict(incident(**log, no_crime_reason=reason(code, **fields)))
    assert (judged.status == Status.NO_CRIME_JUSTIFIED) == holds
    assert ("reason_invalid" in codes(judged)) != holds


def test_every_channel_and_confirmation_of_the_log_counts_for_a_reason() -> None:
    once = incident(revision=1, channel="999", victims=UNCONFIRMED)
    now = incident(revision=2, channel="third_party", victims=UNCONFIRMED, no_crime_reason=reason("victim_declined"))
    assert verdict(now).status == Status.NO_CRIME_JUSTIFIED
    assert verdict(once, now).status == Status.UNRECORDED
    confirmed = incident(revision=1, channel="third_party")
    assert verdict(confirmed, now).status == Status.UNRECORDED


def test_a_reason_without_a_rationale_is_named_and_does_not_hold() -> None:
    judged = verdict(incident(no_crime_reason={"code": "prison", "rationale": " "}))
    assert (judged.status, codes(judged)) == (Status.UNRECORDED, ["rationale_missing"])


@pytest.mark.parametrize(
    ("fields", "severe", "found"),
    [
        ({"supervisor_reviewed": None}, True, ["supervisor_review_missing"]),
        (
            {"supervisor_reviewed": False, "victim_informed_at": None},
            True,
            ["supervisor_review_missing", "victim_not_informed"],
        ),
        ({"supervisor_reviewed": False, "victim_informed_at": None}, False, []),
    ],
)
def test_a_reason_must_be_reviewed_and_told_where_it_matters(
    fields: dict[str, Any], severe: bool, found: list[str]
) -> None:
    kind = "crime.violence" if severe else "crime.theft"
    assert codes(verdict(incident(opening_type=kind, no_crime_reason=reason("prison", **fields)))) == found


def test_a_registrars_reason_stands_in_place_of_the_logs_and_needs_no_supervisor() -> None:
    judged = verdict(incident(no_crime_reason=reason("other_force")), decision("no_crime", code="prison"))
    assert (judged.status, codes(judged)) == (Status.NO_CRIME_JUSTIFIED, ["victim_not_informed"])


def test_only_the_registrar_settles_a_rape_log() -> None:
    for role, status in (("fcr", Status.NO_CRIME_JUSTIFIED), ("ddm", Status.UNRECORDED)):
        assert verdict(incident(**RAPE), decision("no_crime", code="prison", role=role)).status == status


def test_the_last_of_no_crime_and_require_crime_stands() -> None:
    no, require = decision("no_crime", 30, code="prison"), decision("require_crime", 31)
    assert verdict(incident(), no, require).status == Status.UNRECORDED
    assert verdict(incident(), require, decision("no_crime", 32, code="prison")).status == Status.NO_CRIME_JUSTIFIED
    withdrawn = decision("withdraw", 33, withdraws="require_crime-31")
    assert verdict(incident(), no, require, withdrawn).status == Status.NO_CRIME_JUSTIFIED


def duplicate(ref: str = "INC-1", of: str | None = None, **fields: Any) -> Line:
    return incident(ref, duplicate_of=of, **{"no_crime_reason": reason("duplicate")} | fields)


def recorded(ref: str = "INC-0", **fields: Any) -> list[Line]:
    return [incident(ref, **fields), crime("C0", incident_refs=[ref])]


@pytest.mark.parametrize(
    ("lines", "holds"),
    [
        ([duplicate(of="INC-0"), *recorded()], True),
        ([duplicate(of="INC-0")], False),
        ([duplicate(of="INC-1"), crime("C0", incident_refs=[])], False),  # itself
        ([duplicate(of="C0"), crime("C0", incident_refs=[])], True),
        ([duplicate(of="C0"), crime("C0", incident_refs=[], status="cancelled")], False),
        ([duplicate(of="C0"), crime("C0", incident_refs=[], offence={"ho_code": "300/01"})], False),
        ([duplicate(of="INC-0"), incident("INC-0")], True),  # expects one, and is not marked itself
        ([duplicate(of="INC-0"), incident("INC-0", opening_type="nsir.alarm")], False),
        ([duplicate(of="INC-0"), duplicate("INC-0", of="INC-1")], False),  # a circle
        ([duplicate(of="INC-2"), duplicate("INC-2", of="INC-3"), duplicate("INC-3", of="INC-2")], False),
        ([duplicate(of="INC-2"), duplicate("INC-2", of="INC-0"), *recorded()], True),
        (
            [
                duplicate(of="INC-2"),
                incident("INC-2", opening_type="nsir.duplicate", duplicate_of="INC-0"),
                *recorded(),
            ],
            True,
        ),
        ([duplicate(of="INC-0"), duplicate("INC-0", of="INC-9"), crime("C0", incident_refs=["INC-0"])], True),
        ([duplicate(no_crime_reason=reason("duplicate", related_ref="inc-0")), *recorded()], True),
        ([duplicate(of="INC-9", no_crime_reason=reason("duplicate", related_ref="INC-0")), *recorded()], True),
        ([duplicate(of="INC-0", opening_type="crime.rape"), *recorded()], False),
        ([duplicate(of="INC-0", opening_type="crime.rape"), *recorded(opening_type="crime.rape")], True),
        (
            [duplicate(of="C0", opening_type="crime.rape"), crime("C0", incident_refs=[], offence={"ho_code": "19/8"})],
            True,
        ),
    ],
)
def test_a_duplicate_must_lead_to_an_end(lines: list[Line], holds: bool) -> None:
    judged = verdict(*lines)
    assert (judged.status == Status.NO_CRIME_JUSTIFIED) == holds


def test_a_registrar_who_requires_a_crime_unmarks_a_duplicate() -> None:
    lines = [duplicate(of="INC-2"), duplicate("INC-2", of="INC-9")]
    assert verdict(*lines).status == Status.UNRECORDED
    assert verdict(*lines, decision("require_crime", incident_ref="INC-2")).status == Status.NO_CRIME_JUSTIFIED


def test_a_log_coded_a_duplicate_needs_no_reason_and_no_review() -> None:
    coded: dict[str, Any] = {"closing_type": "nsir.duplicate", "no_crime_reason": None}
    judged = verdict(duplicate(of="INC-0", **coded), *recorded())
    assert (judged.status, codes(judged)) == (Status.NO_CRIME_JUSTIFIED, [])
    assert verdict(duplicate(of="INC-9", **coded), *recorded()).status == Status.UNRECORDED


def test_a_duplicate_of_something_less_severe_is_pointed_out_unless_a_crime_is_an_end() -> None:
    severe = duplicate(of="INC-0", opening_type="crime.homicide")
    theft = [incident("INC-0", opening_type="crime.theft")]
    assert codes(verdict(severe, *theft)) == ["duplicate_differs"]
    also_a_crime = duplicate(
        of="INC-0", opening_type="crime.homicide", no_crime_reason=reason("duplicate", related_ref="C9")
    )
    assert codes(verdict(also_a_crime, *theft, crime("C9", incident_refs=[]))) == []


HARASSMENT = {"ho_code": "8/56", "category": "8L"}


def course(day: str, ref: str = "INC-1", **fields: Any) -> Line:
    return incident(
        ref,
        **{
            "opening_type": "crime.harassment",
            "reported_at": f"{day}T12:00:00Z",
            "no_crime_reason": reason("continuation", related_ref="C1"),
        }
        | fields,
    )


def conduct(**fields: Any) -> Line:
    return crime(**{"recorded_at": "2025-11-30T12:00:00Z", "incident_refs": [], "offence": HARASSMENT} | fields)


@pytest.mark.parametrize(
    ("lines", "holds"),
    [
        ([conduct(), course("2026-02-28")], True),  # three months, clamped to the month's end
        ([conduct(), course("2026-03-01")], False),
        ([conduct(), course("2025-11-27")], True),  # 72 hours before the record
        ([conduct(), course("2025-11-26")], False),
        ([conduct(), course("2026-02-01", "INC-2"), course("2026-05-01")], True),
        ([conduct(), course("2026-02-01", "INC-2"), course("2026-05-02")], False),
        ([conduct(), course("2026-03-01", "INC-2"), course("2026-05-01")], False),  # the one between does not hold
        (
            [
                conduct(),
                course("2026-02-01", "INC-2", no_crime_reason={"code": "continuation", "related_ref": "C1"}),
                course("2026-05-01"),
            ],
            False,
        ),
        ([conduct(), course("2026-05-01", "INC-2"), course("2026-05-01")], False),  # not strictly earlier
        ([conduct(offence={"ho_code": "8/6"}), course("2026-01-01")], False),
        ([conduct(offence={"ho_code": "8/31"}), course("2026-01-01")], False),  # a breach
        ([conduct(status="cancelled"), course("2026-01-01")], False),
        ([conduct(victims=[{"person_key": "p9"}]), course("2026-01-01")], False),
        ([conduct(victims=[]), course("2026-01-01")], True),
        ([conduct(), course("2026-01-01", opening_type="crime.violence")], False),
        ([conduct(), course("2026-01-01", opening_type="nsir.domestic_incident")], True),
        ([conduct(), course("2026-01-01", reported_offences=[{"ho_code": "8/72"}, HARASSMENT])], True),
        ([conduct(), course("2026-01-01", reported_offences=[{"ho_code": "8/6"}])], False),
        ([course("2026-01-01")], False),
    ],
)
def test_a_course_of_conduct_is_continued_for_three_months(lines: list[Line], holds: bool) -> None:
    judged = verdict(*lines, now=datetime(2026, 6, 1, tzinfo=UTC))
    assert (judged.status == Status.NO_CRIME_JUSTIFIED) == holds


def test_each_report_that_joins_starts_the_three_months_again_and_again() -> None:
    lines = [conduct(), *(course(f"2026-{month:02d}-15", f"INC-{month}") for month in range(2, 13, 2))]
    judged = verdicts(*lines, now=datetime(2027, 6, 1, tzinfo=UTC))
    assert {each.status for each in judged.values()} == {Status.NO_CRIME_JUSTIFIED}


C2: dict[str, Any] = {
    "code": "C2",
    "decided_by_role": "ddm",
    "decided_at": at(30),
    "independent": True,
    "victim_informed_at": at(29),
}


def cancelled(offence: dict[str, str] | None = None, **fields: Any) -> Line:
    return crime(status="cancelled", cancellation=C2 | fields, offence=offence or {"ho_code": "8/6", "category": "8N"})


MURDER, SHOP, DRUGS = {"ho_code": "1/1"}, {"ho_code": "46/0"}, {"ho_code": "92/60"}


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        (cancelled(), True),
        (cancelled(code=None), False),
        (cancelled(decided_at=None), False),
        (cancelled(decided_by_role="supervisor"), False),
        (cancelled(independent=None), False),
        (cancelled(victim_informed_at=at(30)), True),
        (cancelled(victim_informed_at=at(30.001)), False),
        (cancelled(victim_informed_at=None), False),
        (cancelled(MURDER, victim_informed_at=None), False),  # by a ddm
        (cancelled(MURDER, victim_informed_at=None, decided_by_role="fcr"), True),
        (cancelled({"ho_code": "66/39"}, victim_informed_at=None), True),  # nobody to tell
        (cancelled(code="c1", receiving_force_ref="K-1", decided_by_role="officer", independent=None), True),
        (cancelled(code="C1"), False),
        (cancelled(code="C1", receiving_force_ref="K-1", victim_informed_at=None), False),
        (cancelled(code="C4", victim_informed_at=None), True),
        (cancelled(code="C4", independent=False), False),
        (cancelled(code="C5"), True),
        (cancelled({"ho_code": "8/6"}, code="C5"), False),  # 8N, 8S or 8T: not known to be the first
        (cancelled({"ho_code": "8/73"}, code="C5"), True),  # 104 or 105A
        (cancelled(code="C5", victim_informed_at=None), False),
        (cancelled(code="C3", related_ref="C9"), False),
        (cancelled(code="C3", related_ref="C1"), False),
    ],
)
def test_a_cancellation_justifies_only_where_it_holds(line: Line, holds: bool) -> None:
    judged = verdict(incident(), line)
    assert (judged.status == Status.NO_CRIME_JUSTIFIED) == holds
    assert ("cancellation_invalid" in codes(judged)) != holds


@pytest.mark.parametrize(
    ("other", "holds"),
    [
        ({}, True),
        ({"status": "cancelled"}, False),
        ({"offence": {"ho_code": "200/01"}}, False),
    ],
)
def test_a_duplicate_record_may_be_cancelled_where_the_other_stands(other: dict[str, Any], holds: bool) -> None:
    line = cancelled(code="C3", related_ref="c9", victim_informed_at=None)
    judged = verdict(incident(), line, crime("C9", incident_refs=[], **other))
    assert ("cancellation_invalid" in codes(judged)) != holds


def test_every_linked_crime_must_be_cancelled() -> None:
    other = crime("C9", recorded_at=at(-240))  # too old to count, and stands
    assert verdict(incident(), cancelled(), other).status == Status.UNRECORDED
    aside = crime("C9", offence={"ho_code": "300/01"})
    assert verdict(incident(), cancelled(), aside).status == Status.NO_CRIME_JUSTIFIED


def test_a_rape_log_takes_a_rape_cancelled_by_the_registrar() -> None:
    log = incident(**RAPE)
    assert verdict(log, cancelled(SHOP)).status == Status.UNRECORDED
    assert verdict(log, cancelled({"ho_code": "19/8"})).status == Status.UNRECORDED
    assert verdict(log, cancelled({"ho_code": "19/8"}, decided_by_role="fcr")).status == Status.NO_CRIME_JUSTIFIED
    assert verdict(log, cancelled({"ho_code": "100/01"})).status == Status.UNRECORDED
    assert verdict(log, cancelled({"ho_code": "100/01"}, decided_by_role="fcr")).status == Status.NO_CRIME_JUSTIFIED


def test_a_wrong_cancellation_alerts_beside_a_crime_that_counts_until_it_is_accepted() -> None:
    lines = [incident(), cancelled(independent=False), crime("C9")]
    assert verdict(*lines).alert == Alert.FIRING
    judged = verdict(*lines, decision("accept_cancellation", crime_ref="C1"))
    assert (judged.alert, codes(judged)) == (Alert.NONE, ["cancellation_invalid"])


def test_a_standing_require_crime_leaves_nothing_justified() -> None:
    assert verdict(incident(), cancelled(), decision("require_crime")).status == Status.UNRECORDED
