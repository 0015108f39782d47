"""Who is told of what, what hides what, and how a message reads. Alertmanager and Grafana must agree on the first."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.contract.alerting import IncidentAlert
from monitor.contract.verdict import Severity
from monitor.observability.rule import Audience
from tests.observability.grafana import provisioned
from tests.observability.tools import run
from tests.observability.world import EAST, NORTH, ROOT, SOUTH, rule_of, shipped_rules

FOLDER = ROOT / "deploy/alertmanager"
CONFIG = FOLDER / "alertmanager.yml"
TEMPLATES = FOLDER / "templates/*.tmpl"
ALERTS = {rule["alert"]: rule for rule in shipped_rules() if "alert" in rule}
BUREAUX = [f"bureau-{NORTH}", f"bureau-{SOUTH}", "bureau"]

TOLD = [
    ({"alertname": "Watchdog", "audience": "operations"}, ["watchdog"]),
    ({"alertname": "SeriousCrimeUnrecorded", "audience": "bureau", "severity": "high", "force": NORTH}, [BUREAUX[0]]),
    ({"alertname": "IncidentUnrecorded", "audience": "bureau", "severity": "critical", "force": SOUTH}, [BUREAUX[1]]),
    ({"alertname": "CrimeFeedSilent", "audience": "bureau", "severity": "high", "force": EAST}, ["bureau"]),
    ({"alertname": "MonitorSilent", "audience": "bureau", "severity": "high"}, BUREAUX),
    ({"alertname": "DatabaseAway", "audience": "operations", "severity": "critical"}, ["operations"]),
    ({"alertname": "DeadLetters", "audience": "operations", "severity": "medium", "force": NORTH}, ["operations"]),
    ({"alertname": "SomebodyElses", "severity": "page"}, ["operations"]),
]


def config() -> Any:
    return yaml.safe_load(CONFIG.read_text("utf-8"))


def test_amtool_finds_nothing_wrong_with_the_configuration() -> None:
    assert "SUCCESS" in run("amtool", "check-config", CONFIG)


@pytest.mark.parametrize(("labels", "receivers"), TOLD, ids=str)
def test_each_alert_is_told_to_whom_it_concerns(labels: dict[str, str], receivers: list[str]) -> None:
    pairs = [f"{name}={value}" for name, value in labels.items()]
    verify = f"--verify.receivers={','.join(receivers)}"
    run("amtool", "config", "routes", "test", f"--config.file={CONFIG}", verify, *pairs)


@pytest.mark.parametrize(("labels", "receivers"), TOLD, ids=str)
def test_grafana_would_tell_the_same_people(labels: dict[str, str], receivers: list[str]) -> None:
    (policy,) = provisioned("alerting/policies")["policies"]
    assert [route["receiver"] for route in _reached(policy, labels)] == receivers


def _reached(route: Any, labels: dict[str, str]) -> list[Any]:
    found: list[Any] = []
    for child in route.get("routes", []):
        if all(labels.get(name) == value for name, _, value in child["object_matchers"]):
            found += _reached(child, labels)
            if not child.get("continue"):
                break
    return found or [route]


def test_grafana_keeps_quiet_while_alertmanager_sends() -> None:
    """Else everybody would be told everything twice."""
    (policy,) = provisioned("alerting/policies")["policies"]
    (mute,) = provisioned("alerting/mute-times")["muteTimes"]
    assert mute["time_intervals"] == [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]
    for labels, _ in TOLD:
        if labels.get("audience"):
            assert all(route["mute_time_intervals"] == [mute["name"]] for route in _reached(policy, labels))


def test_grafanas_policies_name_contact_points_that_exist() -> None:
    points = {point["name"] for point in provisioned("alerting/contact-points")["contactPoints"]}
    (policy,) = provisioned("alerting/policies")["policies"]
    assert set(re.findall(r'"receiver": "([^"]+)"', json.dumps(policy))) == points


def test_a_force_is_one_group_and_the_audiences_never_share_one() -> None:
    bureau = next(
        route for route in config()["route"]["routes"] if f'audience="{Audience.BUREAU}"' in route["matchers"]
    )
    assert bureau["group_by"] == ["audience", "force", "alertname"]
    assert all("group_by" not in route for route in bureau["routes"])


def test_receivers_have_mail_and_a_webhook_and_tell_of_what_is_resolved() -> None:
    for receiver in config()["receivers"]:
        (hook,) = receiver["webhook_configs"]
        if receiver["name"] != "watchdog":
            (mail,) = receiver["email_configs"]
            assert hook["send_resolved"] is mail["send_resolved"] is True


def inhibitions() -> list[tuple[str, str, tuple[str, ...]]]:
    """Source, target and the labels that must be equal."""
    found = []
    for rule in config()["inhibit_rules"]:
        (source,), (targets,) = rule["source_matchers"], rule["target_matchers"]
        names = re.sub(r'alertname=~?"(.*)"', r"\1", targets).split("|")
        found += [(re.sub(r'alertname="(.*)"', r"\1", source), name, tuple(rule.get("equal", ()))) for name in names]
    return found


def test_what_hides_and_what_is_hidden_are_alerts_that_exist() -> None:
    names = {*ALERTS, *IncidentAlert}
    for source, target, _ in inhibitions():
        assert {source, target} <= names


def test_a_cause_hides_what_follows_and_never_itself_or_in_a_circle() -> None:
    hides = {(source, target) for source, target, _ in inhibitions()}
    assert not [pair for pair in hides if pair[0] == pair[1] or pair[::-1] in hides]


def test_no_alert_of_what_is_known_to_be_missing_is_ever_hidden() -> None:
    hidden = {target for _, target, _ in inhibitions()}
    assert hidden.isdisjoint(
        {
            "SeriousCrimeUnrecorded",
            "SeriousCrimePartlyRecorded",
            "MonitorSilent",
            "Watchdog",
            "CrimeFeedSilent",
            "DeadLetterStop",
        }
    )
    assert hidden.isdisjoint(
        {IncidentAlert.UNRECORDED, IncidentAlert.CLOSED_WITHOUT_CRIME, IncidentAlert.WRONGLY_CANCELLED}
    )


def test_a_silent_feed_hides_what_follows_from_it_in_its_own_force_only() -> None:
    of_feed = [(target, equal) for source, target, equal in inhibitions() if source == "CrimeFeedSilent"]
    assert (IncidentAlert.DUE_SOON, ("force",)) in of_feed
    assert {equal for _, equal in of_feed} == {("force",)}


def test_what_is_hidden_by_force_or_partition_has_such_a_label() -> None:
    for source, target, equal in inhibitions():
        for label in equal:
            for name in {source, target} & set(ALERTS):
                assert f".Labels.{label}" in json.dumps(rule_of(name)["annotations"])


def rendered(template: str, tmp_path: Path, *alerts: dict[str, Any], force: str = NORTH) -> str:
    shared = {"force": force, "audience": "bureau"}
    data = {
        "receiver": "bureau", "status": "firing", "alerts": list(alerts), "groupLabels": shared, "commonLabels": shared,
        "commonAnnotations": {}, "externalURL": "http://127.0.0.1:9093",
    }  # fmt: skip
    path = tmp_path / "data.json"
    path.write_text(json.dumps(data), "utf-8")
    text = f'{{{{ template "{template}" . }}}}'
    return run(
        "amtool",
        "template",
        "render",
        f"--template.glob={TEMPLATES}",
        f"--template.text={text}",
        f"--template.data={path}",
    )


def alert(ref: str, severity: str, status: str = "firing") -> dict[str, Any]:
    texts = {
        "summary": f"No record: {ref}.", "description": "By 999.", "incident_url": f"http://127.0.0.1:8080/incidents/{NORTH}/{ref}",
        "runbook_url": "http://127.0.0.1:9090/user/IncidentUnrecorded.md",
    }  # fmt: skip
    labels = {"alertname": "IncidentUnrecorded", "severity": severity, "force": NORTH, "incident_ref": ref}
    return {
        "status": status, "labels": labels, "annotations": texts,
        "startsAt": "2026-01-15T21:02:00Z", "endsAt": "2026-01-16T21:02:00Z",
    }  # fmt: skip


def test_a_hundred_incidents_are_one_message_with_the_worst_first(tmp_path: Path) -> None:
    severities = ["medium", "high", "critical", "high"] * 25
    alerts = [alert(f"I{number:03}", severity) for number, severity in enumerate(severities)]
    for template in ("recording.text", "recording.html"):
        written = rendered(template, tmp_path, *alerts)
        order = [severities[int(number)] for number in re.findall(r"No record: I(\d{3})\.", written)]
        assert order == sorted(severities, key=lambda severity: -Severity(severity).rank)
    subject = rendered("recording.subject", tmp_path, *alerts).strip()
    assert subject == f"[critical] 100 to look at in {NORTH} (recording monitor, bureau)"


def test_a_message_leads_to_the_incident_and_to_what_to_do(tmp_path: Path) -> None:
    text = rendered("recording.text", tmp_path, alert("I1", "high"), alert("I2", "critical", "resolved"))
    assert f"http://127.0.0.1:8080/incidents/{NORTH}/I1" in text
    assert "http://127.0.0.1:9090/user/IncidentUnrecorded.md" in text
    assert text.index("Resolved:") < text.index("No record: I2.")
    assert rendered("recording.subject", tmp_path, alert("I1", "high")).startswith("[high] 1 to look at")


def test_a_message_without_a_queue_leads_to_the_dashboard(tmp_path: Path) -> None:
    texts = {"summary": "No database.", "description": "Away.", "dashboard_url": "http://127.0.0.1:3000/d/x"}
    away = {**alert("I1", "critical"), "annotations": {**texts, "runbook_url": "http://127.0.0.1:9090/user/x.md"}}
    text = rendered("recording.text", tmp_path, away)
    assert "queue:" not in text
    assert "dashboard: http://127.0.0.1:3000/d/x" in text
    assert '<a href="http://127.0.0.1:3000/d/x">No database.' in rendered("recording.html", tmp_path, away)


def test_what_is_over_says_so(tmp_path: Path) -> None:
    subject = rendered("recording.subject", tmp_path, alert("I1", "high", "resolved")).strip()
    assert subject == f"[resolved] 1 resolved in {NORTH} (recording monitor, bureau)"
