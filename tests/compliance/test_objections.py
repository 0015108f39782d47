"""What is said against a reason agrees with what the judgement makes of it."""

import pytest

from monitor.compliance.justification import reason_holds
from monitor.compliance.objections import objection, objections_beforehand
from monitor.contract.events import REASON_CODES
from monitor.rulebook import refusals
from tests.builders import Line, cases_of, codes, crime, decision, incident, reason, verdict

RAPE: Line = {"opening_type": "crime.rape"}
THIRD_PARTY: Line = {"channel": "third_party", "victims": []}


def said_against(*lines: Line) -> refusals.Reason | None:
    cases = cases_of(*lines)
    case = cases.case("INC-1")
    assert case is not None
    return objection(case, cases)


def beforehand(*lines: Line, role: str = "fcr") -> set[str]:
    cases = cases_of(*lines)
    case = cases.case("INC-1")
    assert case is not None
    return set(objections_beforehand(case, cases, role))


def test_every_code_has_its_words() -> None:
    assert set(refusals.REASONS) == set(REASON_CODES)


@pytest.mark.parametrize("code", REASON_CODES)
@pytest.mark.parametrize("log", [{}, RAPE, THIRD_PARTY, {"opening_type": "crime.harassment"}], ids=str)
@pytest.mark.parametrize(
    "given", [{}, {"related_ref": "C1"}, {"receiving_force_ref": "X"}, {"rationale": " "}], ids=str
)
def test_something_is_said_against_a_reason_exactly_where_it_does_not_hold(code: str, log: Line, given: Line) -> None:
    harassment = crime(incident_refs=[], offence={"category": "8L"}, recorded_at="2026-01-10T00:00:00Z")
    lines = (incident(**log, no_crime_reason=reason(code, **given)), harassment)
    cases = cases_of(*lines)
    case = cases.case("INC-1")
    assert case is not None
    against = objection(case, cases)
    assert (against is None) == reason_holds(case, cases)
    invalid = {"reason_invalid", "rationale_missing"} & set(codes(verdict(*lines)))
    assert (against is not None) == bool(invalid)


def test_without_a_reason_nothing_is_said() -> None:
    assert said_against(incident()) is None
    assert said_against(incident(no_crime_reason=reason("prison")), decision("require_crime")) is None


def test_a_missing_rationale_or_code_is_what_is_said_first() -> None:
    assert said_against(incident(no_crime_reason={"code": "victim_declined"})) is refusals.RATIONALE_MISSING
    assert said_against(incident(no_crime_reason={"rationale": "Because."})) is refusals.CODE_MISSING


def test_what_can_never_hold_is_said_before_a_form_is_filled_in() -> None:
    assert beforehand(incident()) == {"victim_declined", "victim_not_traced", "sarc_anonymous"}
    assert beforehand(incident(**THIRD_PARTY)) == {"sarc_anonymous"}


def test_on_a_rape_log_only_the_registrar_may_choose_more_than_a_duplicate() -> None:
    assert beforehand(incident(**RAPE), role="bureau") == set(REASON_CODES) - {"duplicate"}
    assert "contrary_evidence" not in beforehand(incident(**RAPE), role="fcr")


def test_what_stands_now_has_no_part_in_what_is_said_beforehand() -> None:
    plain = beforehand(incident())
    assert beforehand(incident(), decision("require_crime")) == plain
    assert beforehand(incident(no_crime_reason=reason("prison", rationale=" "))) == plain
