"""What holds of every rule, whatever it watches."""

import re
from pathlib import Path
from typing import Any

import pytest

from monitor.contract.alerting import IncidentAlert
from monitor.contract.codec import read
from monitor.contract.events import Heartbeat
from monitor.contract.topics import Topic
from monitor.contract.verdict import Severity, Status
from monitor.observability.configuration import load_configuration
from monitor.observability.promql import JOB
from monitor.observability.rule import Alert, Audience
from monitor.observability.rules import alerts
from monitor.observability.wording import labels_in
from monitor.rulebook.findings import FINDINGS
from monitor.store import Outcome
from tests.builders import heartbeat
from tests.observability.grafana import filled_in, targets
from tests.observability.metrics import exported
from tests.observability.promql import compares, labels_of, matchers, selected
from tests.observability.tools import run
from tests.observability.world import ORDER, ROOT, RULES, shipped_rules

CONFIGURATION = load_configuration(ROOT / "deploy/observability.toml")
ALERTS = alerts(CONFIGURATION)
NAMES = [alert.name for alert in ALERTS]
TESTS = [Path(__file__).with_name(f"test_{audience}_alerts.py").read_text("utf-8") for audience in Audience]


def rules(kind: str) -> list[dict[str, Any]]:
    return [rule for rule in shipped_rules() if kind in rule]


def test_promtool_finds_nothing_wrong_with_the_files() -> None:
    run("promtool", "check", "rules", "--lint-fatal", *(RULES / name for name in ORDER))


def test_no_rule_file_is_left_over() -> None:
    assert {path.name for path in RULES.iterdir()} == set(ORDER)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Watchdog"])
def test_each_alert_has_tests_of_when_it_fires_and_of_when_it_must_not(name: str) -> None:
    for verb in ("fires?", "silent"):
        assert any(re.search(rf'\.{verb}\(\s*"{name}"', text) for text in TESTS), f"no test where {name} {verb}"


def test_names_are_given_once() -> None:
    names = [*NAMES, *IncidentAlert]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", rules("record"), ids=lambda rule: str(rule["record"]))
def test_a_recording_rule_is_called_after_its_level_metric_and_operation(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z_]+:[a-z0-9_]+:(max|min|sum|ratio)", rule["record"])


@pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: str(rule.get("alert", rule.get("record"))))
def test_each_series_is_exported_or_recorded(rule: dict[str, Any]) -> None:
    recorded = {each["record"] for each in rules("record")}
    assert selected(rule["expr"]) - exported() - recorded == set()


@pytest.mark.parametrize("alert", ALERTS, ids=NAMES)
def test_an_alert_compares_or_asks_for_absence(alert: Alert) -> None:
    """Without that it fires on whatever is there, also on nought. promtool does not notice."""
    assert compares(alert.expr) or alert.name == "Watchdog"


@pytest.mark.parametrize("alert", ALERTS, ids=NAMES)
def test_the_labels_of_its_texts_outlive_aggregation(alert: Alert) -> None:
    needed = labels_in(alert.summary + alert.description) | labels_in(str(alert.queue))
    recorded: dict[str, list[dict[str, Any]]] = {}
    for rule in rules("record"):
        recorded.setdefault(rule["record"], []).append(rule)
    assert needed <= labels_of(alert.expr, recorded)


@pytest.mark.parametrize("rule", rules("alert"), ids=lambda rule: str(rule["alert"]))
def test_each_alert_says_how_bad_it_is_and_to_whom_in_one_sentence_and_with_numbers(rule: dict[str, Any]) -> None:
    labels, texts = rule["labels"], rule["annotations"]
    assert labels["audience"] in set(Audience)
    assert labels.get("severity", "") in {"critical", "high", "medium", "low", ""}
    assert re.fullmatch(r"[^.]+(\{\{[^}]+\}\}[^.]*)*\.", re.sub(r"\{\{.*?\}\}", "x", texts["summary"]))
    assert "{{" in texts["description"] or re.search(r"\d", texts["description"])
    assert len(texts["summary"]) < 200
    assert "$" not in "".join(texts.values())


def test_only_what_takes_its_severity_from_the_series_has_none() -> None:
    without = {alert.name for alert in ALERTS if alert.severity is None}
    assert without == {"SeriousCrimeUnrecorded", "SeriousCrimePartlyRecorded", "Watchdog"}


@pytest.mark.parametrize(
    ("expr", "labels"),
    [
        ("sum by (force) (recording_monitor_incidents)", {"force"}),
        ("sum by (beat) (recording_monitor_incidents)", set()),
        ("max(recording_monitor_incidents) > 0", set()),
        ("recording_monitor_alerts_firing > on (force) recording_monitor_incidents", {"force"}),
        ("recording_monitor_alerts_firing or up", {"job", "instance"}),
        ("changes(recording_monitor_alerts_firing[5m]) unless up", {"job", "instance", "force", "severity"}),
        ("absent(up == 1)", set()),
    ],
)
def test_lost_labels_are_noticed(expr: str, labels: set[str]) -> None:
    assert labels_of(expr, {}) == labels


@pytest.mark.parametrize("expr", ["up", "sum(up) or up == 0", "changes(up[5m]) and up", "vector(1)"])
def test_a_missing_comparison_is_noticed(expr: str) -> None:
    assert not compares(expr)


def values() -> dict[str, set[str]]:
    """What the labels of our metrics can be, from the code that sets them."""
    return {
        "feed": {_feed("incidents"), _feed("crime-records")},
        "finding": set(FINDINGS),
        "job": {JOB},
        "outcome": {*Outcome, "in_time", "late", "missing", "taken", "failed"},
        "severity": set(Severity),
        "status": set(Status),
        "force": set(CONFIGURATION.recorded_in_time.forces),
    }


def _feed(written: str) -> str:
    """As it is read, and so stands in a label."""
    line = heartbeat(0, written)
    event = read(Topic(line["topic"]), line["value"]).event
    assert isinstance(event, Heartbeat)
    return event.feed


@pytest.mark.parametrize(
    "expr", [rule["expr"] for rule in shipped_rules()] + [target["expr"] for _, target in targets("expr")]
)
def test_each_value_that_a_query_selects_by_can_occur(expr: str) -> None:
    """A word that is spelt otherwise than where it is set selects nothing, and nothing says so."""
    for label, text in matchers(filled_in(expr)):
        if text != ".*":
            assert set(text.split("|")) <= values()[label], (label, text)
