"""A verdict as it is printed: the fields of the contract, in their order, and what always holds between them."""

import re
from datetime import datetime
from itertools import pairwise
from typing import Any

import orjson
from hypothesis import given

from monitor.contract.verdict import Severity, Status
from monitor.rulebook.findings import FINDINGS
from tests.properties.judging import assessed
from tests.properties.profile import examples
from tests.worlds import World, worlds

FIELDS = [
    "force", "incident_ref", "status", "severity", "alert", "deadline", "recorded_at", "delay_hours", "crime_refs",
    "expected", "findings", "next_review_at", "rulebook",
]  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
BECAUSE = {
    "channel", "closing_type", "decision", "earlier_revision", "linked_crime", "opening_type", "qualifier",
    "reported_offence",
}  # fmt: skip


@examples(60)
@given(worlds())
def test_a_verdict_has_the_shape_of_the_contract(world: World) -> None:
    for verdict in assessed(world).values():
        shown = orjson.loads(verdict.to_json())
        assert list(shown) == FIELDS
        assert list(shown["expected"]) == ["crime", "because"]
        assert all(list(found) == ["code", "message", "rule"] for found in shown["findings"])
        assert shown["status"] in set(Status)
        assert shown["severity"] in set(Severity)
        assert shown["alert"] in {"none", "firing"}  # one look has no past
        assert TIME.fullmatch(shown["deadline"])
        assert all(shown[name] is None or TIME.fullmatch(shown[name]) for name in ("recorded_at", "next_review_at"))


@examples(60)
@given(worlds())
def test_what_a_verdict_lists_is_sorted_and_said_once(world: World) -> None:
    verdicts = assessed(world)
    assert rises(verdicts)
    for verdict in verdicts.values():
        codes = [finding.code for finding in verdict.findings]
        assert rises(codes)
        assert rises(verdict.crime_refs)
        assert rises(verdict.because)
        assert set(codes) <= FINDINGS.keys()
        assert set(verdict.because) <= BECAUSE
        assert all(finding.message and finding.rule for finding in verdict.findings)


@examples(60)
@given(worlds())
def test_the_fields_of_a_verdict_agree(world: World) -> None:
    for verdict in assessed(world).values():
        is_recorded = verdict.status in {Status.RECORDED_IN_TIME, Status.RECORDED_LATE}
        assert verdict.expects_crime == bool(verdict.because) == (verdict.status is not Status.NO_CRIME_EXPECTED)
        assert is_recorded == (verdict.recorded_at is not None) == (verdict.delay_hours is not None)
        assert not is_recorded or verdict.crime_refs
        assert verdict.alert == "none" or verdict.severity is not Severity.LOW
        assert (verdict.status is Status.RECORDED_LATE) == is_after(verdict.recorded_at, verdict.deadline)


def rises(given: Any) -> bool:
    return all(one < other for one, other in pairwise(given))


def is_after(time: datetime | None, limit: datetime) -> bool:
    return time is not None and time > limit
