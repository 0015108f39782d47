"""The conformance scenarios, and how a verdict is held against what one expects."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

FIELDS = ("status", "severity", "alert", "because", "findings", "deadline", "recorded_at", "delay_hours", "crime_refs")

Scenario = dict[str, Any]
SCENARIOS: list[Scenario] = json.loads(Path(__file__).with_name("scenarios.json").read_text("utf-8"))


def as_toml(mapping: Mapping[str, Mapping[str, str]]) -> str:
    """{force: {code: type}} as a force mapping."""
    lines: list[str] = []
    for force, types in mapping.items():
        lines.append(f"[{force}.types]")
        lines += [f"{json.dumps(code)} = {json.dumps(kind)}" for code, kind in types.items()]
    return "\n".join(lines) + "\n"


def differences(
    scenario: Scenario, verdicts: Iterable[Mapping[str, Any]], fields: tuple[str, ...] = FIELDS
) -> list[str]:
    """Where these verdicts (as printed) are not what the scenario expects, a sentence each."""
    got = {f"{verdict['force']}:{verdict['incident_ref']}": verdict for verdict in verdicts}
    wrong = [f"{key}: no verdict" for key in scenario["expect"] if key not in got]
    for key, expected in scenario["expect"].items():
        for field in fields:
            if key in got and field in expected:
                found = _comparable(field, _value(got[key], field))
                if found != _comparable(field, expected[field]):
                    wrong.append(f"{key}: {field} is {found!r}, expected {expected[field]!r}")
    return wrong


def _value(verdict: Mapping[str, Any], field: str) -> Any:
    return verdict["expected"]["because"] if field == "because" else verdict[field]


def _comparable(field: str, value: Any) -> Any:
    if field == "findings":
        codes = [finding["code"] if isinstance(finding, dict) else finding for finding in value]
        return sorted(code for code in codes if code != "possible_match")
    if field in ("deadline", "recorded_at") and value is not None:
        return datetime.fromisoformat(value)
    return sorted(value) if field in ("crime_refs", "because") else value
