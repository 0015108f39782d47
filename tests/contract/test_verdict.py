"""A verdict on the wire and back."""

import json

from monitor.contract.verdict import Verdict
from tests.builders import crime, incident, verdict

ORDER = [
    "force", "incident_ref", "status", "severity", "alert", "deadline", "recorded_at", "delay_hours", "crime_refs",
    "expected", "findings", "next_review_at", "rulebook",
]  # fmt: skip


def test_a_verdict_has_the_fields_of_the_contract_in_its_order() -> None:
    printed = json.loads(verdict(incident(), hours=1).to_json())
    assert list(printed) == ORDER
    assert printed["expected"] == {"crime": True, "because": ["opening_type"]}


def test_a_verdict_is_read_back_as_it_was_written() -> None:
    for judged in (verdict(incident(), hours=21), verdict(incident(victims=[]), crime())):
        assert Verdict.from_json(judged.to_json()) == judged
