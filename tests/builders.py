"""Events of a synthetic force, as they come over the wire. What a test does not name is plain and harmless."""

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.compliance.batch import Batch
from monitor.compliance.cases import Cases
from monitor.compliance.holdings import Holdings
from monitor.contract.codec import read
from monitor.contract.events import Heartbeat
from monitor.contract.topics import Topic
from monitor.contract.verdict import Verdict
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import ForceMappings, TypeMapping

FORCE = "synthetic-northshire"
REPORTED = datetime(2026, 1, 14, 21, 2, tzinfo=UTC)
DEADLINE = REPORTED + timedelta(hours=24)

Line = dict[str, Any]


def at(hours: float = 0, base: datetime = REPORTED) -> str:
    """A time so many hours after the report."""
    return (base + timedelta(hours=hours)).isoformat()


def incident(ref: str = "INC-1", revision: int = 1, **fields: Any) -> Line:
    value = {
        "force": FORCE,
        "incident_ref": ref,
        "revision": revision,
        "updated_at": at(0.05 * revision),
        "reported_at": at(),
        "channel": "999",
        "status": "open",
        "opening_type": "crime.violence",
        "qualifiers": [],
        "reported_offences": [],
        "victims": [{"person_key": "p1", "confirmed": True}],
        "suspects": [],
        "crime_refs": [],
    }
    return {"topic": Topic.INCIDENTS.value, "value": value | fields}


def crime(ref: str = "C1", revision: int = 1, **fields: Any) -> Line:
    value = {
        "force": FORCE,
        "crime_ref": ref,
        "revision": revision,
        "updated_at": at(12),
        "recorded_at": at(12),
        "incident_refs": ["INC-1"],
        "offence": {"ho_code": "008/06", "category": "8N"},
        "victims": [{"person_key": "p1"}],
        "suspects": [],
        "flags": [],
        "status": "recorded",
    }
    return {"topic": Topic.CRIME_RECORDS.value, "value": value | fields}


def decision(action: str, hours: float = 30, **fields: Any) -> Line:
    value = {
        "decision_id": f"{action}-{hours}",
        "force": FORCE,
        "incident_ref": "INC-1",
        "decided_at": at(hours),
        "decided_by": "registrar-7",
        "role": "fcr",
        "action": action,
        "rationale": "Checked against the account given.",
    }
    return {"topic": Topic.DECISIONS.value, "value": value | fields}


def heartbeat(hours: float, feed: str = "crime-records", **fields: Any) -> Line:
    return {"topic": Topic.HEARTBEATS.value, "value": {"force": FORCE, "feed": feed, "as_of": at(hours)} | fields}


def reason(code: str, **fields: Any) -> dict[str, Any]:
    """A reason on a log that lacks nothing but what its code needs."""
    return {
        "code": code,
        "rationale": "Checked against the account given.",
        "supervisor_reviewed": True,
        "victim_informed_at": at(5),
    } | fields


def verdicts(*lines: Line, hours: float = 60, now: datetime | None = None) -> dict[str, Verdict]:
    """By incident ref, with the clock so many hours after the report."""
    batch = Batch()
    for line in lines:
        batch.add(read(Topic(line["topic"]), line["value"]))
    clock = now or REPORTED + timedelta(hours=hours)
    return {verdict.incident_ref: verdict for verdict in batch.verdicts(load_rulebook(), ForceMappings(), clock)}


def verdict(*lines: Line, hours: float = 60, now: datetime | None = None) -> Verdict:
    return verdicts(*lines, hours=hours, now=now)["INC-1"]


def codes(judged: Verdict) -> list[str]:
    return [finding.code for finding in judged.findings]


def cases_of(*lines: Line) -> Cases:
    """All that is known of `FORCE`, to be asked of single rules."""
    holdings = Holdings(FORCE)
    for line in lines:
        found = read(Topic(line["topic"]), line["value"])
        assert not isinstance(found.event, Heartbeat)
        holdings.add(found.event, found.canonical)
    return Cases(holdings, load_rulebook(), TypeMapping())
