"""What a cancellation lacks. That it then does not hold is in test_justification.py."""

from typing import Any

import pytest

from monitor.compliance.cancellation import Flaw, flaws
from tests.builders import at, cases_of, crime, incident

FULL: dict[str, Any] = {
    "decided_by_role": "ddm",
    "decided_at": at(30),
    "independent": True,
    "victim_informed_at": at(29),
}
ASSAULT, RAPE = {"ho_code": "8/6", "category": "8N"}, {"ho_code": "19/8"}


def flaws_of(cancellation: dict[str, Any] | None, offence: dict[str, str]) -> list[Flaw]:
    cases = cases_of(incident(), crime(status="cancelled", cancellation=cancellation, offence=offence))
    case = cases.case("INC-1")
    assert case is not None
    return flaws(case.linked[0], cases)


@pytest.mark.parametrize(
    ("cancellation", "offence", "lacks"),
    [
        (None, ASSAULT, [Flaw.NO_CODE]),
        (FULL, ASSAULT, [Flaw.NO_CODE]),
        (FULL | {"code": "C9"}, ASSAULT, [Flaw.NO_CODE]),
        (FULL | {"code": "C1"}, ASSAULT, [Flaw.NO_RECEIVING_FORCE]),
        (FULL | {"code": "C2"}, ASSAULT, []),
        (FULL | {"code": "C2", "decided_at": None}, ASSAULT, [Flaw.NO_TIME]),
        (FULL | {"code": "C2"}, RAPE, [Flaw.NOT_BY_REGISTRAR]),
        (FULL | {"code": "C2", "decided_by_role": "officer"}, RAPE, [Flaw.NOT_BY_REGISTRAR]),
        (FULL | {"code": "C3"}, ASSAULT, [Flaw.NO_OTHER_CRIME]),
        (FULL | {"code": "C5"}, RAPE, [Flaw.NOT_SELF_DEFENCE]),
        ({"code": "C4"}, ASSAULT, [Flaw.NO_TIME, Flaw.NOT_BY_DECISION_MAKER, Flaw.NOT_INDEPENDENT]),
        (
            FULL | {"code": "C2", "independent": False, "victim_informed_at": at(31)},
            ASSAULT,
            [Flaw.NOT_INDEPENDENT, Flaw.VICTIM_NOT_TOLD],
        ),
    ],
)
def test_a_cancellation_is_said_to_lack_all_that_it_lacks(
    cancellation: dict[str, Any] | None, offence: dict[str, str], lacks: list[Flaw]
) -> None:
    assert flaws_of(cancellation, offence) == lacks
