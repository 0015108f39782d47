"""Grafana's alerts and sources: held to a strict schema, to the SDK's types, and to what Prometheus is given."""

import json
import re
from typing import Any

import jsonschema
import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import alerting, expr, prometheus

from monitor.observability.configuration import seconds
from tests.observability.grafana import SOURCES, alert_rules, dashboards, panels, provisioned
from tests.observability.world import ROOT, rule_of, shipped_rules

FILES = {
    "alerting/rules": "rules",
    "alerting/contact-points": "contact-points",
    "alerting/policies": "policies",
    "alerting/mute-times": "mute-times",
    "datasources/recording-monitor": "datasources",
    "dashboards/recording-monitor": "dashboards",
}
RULES = [pytest.param(rule, id=rule["title"]) for rule in alert_rules()]


def schema(name: str) -> Any:
    return json.loads((ROOT / f"tests/observability/schemas/{name}.schema.json").read_text("utf-8"))


@pytest.mark.parametrize(("file", "name"), FILES.items())
def test_a_file_holds_what_grafana_reads_and_nothing_else(file: str, name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    jsonschema.validate(provisioned(file), schema(name))


def test_no_provisioned_file_is_without_a_schema() -> None:
    folder = ROOT / "grafana/provisioning"
    assert {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.yaml")} == set(FILES)


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("alerting/rules", ("groups", 0, "rules", 0)),
        ("alerting/rules", ("groups", 0, "rules", 0, "data", 0, "model")),
        ("alerting/rules", ("groups", 0)),
        ("alerting/policies", ("policies", 0, "routes", 0)),
        ("alerting/contact-points", ("contactPoints", 0, "receivers", 0, "settings")),
        ("datasources/recording-monitor", ("datasources", 0, "jsonData")),
    ],
)
def test_a_misspelt_key_is_noticed_where_grafana_would_not(file: str, path: tuple[Any, ...]) -> None:
    changed = json.loads(json.dumps(provisioned(file)))
    place = changed
    for step in path:
        place = place[step]
    place["mispelt"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed, schema(FILES[file]))


@pytest.mark.parametrize("key", ["execErrState", "noDataState", "condition", "uid"])
def test_what_grafana_would_fill_in_by_itself_must_be_given(key: str) -> None:
    changed = json.loads(json.dumps(provisioned("alerting/rules")))
    del changed["groups"][0]["rules"][0][key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed, schema("rules"))


def test_uids_and_titles_are_given_once() -> None:
    for key in ("uid", "title"):
        given = [rule[key] for rule in alert_rules()]
        assert len(given) == len(set(given))
    receivers = [
        each["uid"] for point in provisioned("alerting/contact-points")["contactPoints"] for each in point["receivers"]
    ]
    assert len(receivers) == len(set(receivers))


@pytest.mark.parametrize("rule", RULES)
def test_its_nodes_refer_to_earlier_ones_and_to_sources_that_exist(rule: Any) -> None:
    sources = {source["uid"] for source in provisioned("datasources/recording-monitor")["datasources"]} | {"__expr__"}
    earlier: set[str] = set()
    for node in rule["data"]:
        assert node["refId"] == node["model"]["refId"]
        assert node["datasourceUid"] == node["model"]["datasource"]["uid"]
        assert node["datasourceUid"] in sources
        if node["datasourceUid"] == "__expr__":
            named = re.findall(r"\$(\w+)", node["model"]["expression"]) or [node["model"]["expression"]]
            assert set(named) <= earlier
        earlier.add(node["refId"])
    assert rule["condition"] in earlier


@pytest.mark.parametrize("rule", RULES)
def test_its_dashboard_and_panel_exist(rule: Any) -> None:
    assert rule["panelId"] in {panel["id"] for panel in panels(dashboards()[rule["dashboardUid"]])}


@pytest.mark.parametrize("rule", RULES)
def test_it_waits_for_whole_intervals(rule: Any) -> None:
    (group,) = [each for each in provisioned("alerting/rules")["groups"] if rule in each["rules"]]
    interval = seconds(group["interval"])
    assert interval % 10 == 0
    assert int(rule["for"][:-1]) % interval == int(rule["keepFiringFor"][:-1]) % interval == 0


@pytest.mark.parametrize("rule", RULES)
def test_the_sdk_knows_every_key_of_its_nodes(rule: Any) -> None:
    types = {"math": expr.TypeMath, "threshold": expr.TypeThreshold, None: prometheus.Dataquery}
    for node in rule["data"]:
        model = node["model"]
        read_back = types[model.get("type")].from_json(model)  # type: ignore[attr-defined]
        assert json.loads(JSONEncoder().encode(read_back)) == model


def test_the_sdk_knows_every_key_of_contact_points_and_policies() -> None:
    """In the API's shape, which has a receiver where the file has a list of them, and no organisation."""
    for point in provisioned("alerting/contact-points")["contactPoints"]:
        for receiver in point["receivers"]:
            assert json.loads(JSONEncoder().encode(alerting.ContactPoint.from_json(receiver))) == receiver
    (policy,) = provisioned("alerting/policies")["policies"]
    tree = {key: value for key, value in policy.items() if key != "orgId"}
    assert json.loads(JSONEncoder().encode(alerting.NotificationPolicy.from_json(tree))) == tree


@pytest.mark.parametrize("rule", RULES)
def test_expression_threshold_and_texts_are_those_of_prometheus(rule: Any) -> None:
    theirs = rule_of(rule["title"])
    query, math, threshold = (node["model"] for node in rule["data"])
    assert query["expr"] == theirs["expr"]
    assert math["expression"] == "is_number($query) || is_nan($query) || is_inf($query)"
    assert threshold["conditions"] == [{"evaluator": {"type": "gt", "params": [0]}}]
    assert rule["labels"] == theirs["labels"]
    assert {name: _for_prometheus(text) for name, text in rule["annotations"].items()} == theirs["annotations"]
    for ours, length in (("for", theirs.get("for", "0s")), ("keepFiringFor", theirs.get("keep_firing_for", "0s"))):
        wanted = 0 if length == "0s" else seconds(length)
        assert 0 <= int(rule[ours][:-1]) - wanted < 60


@pytest.mark.parametrize("rule", RULES)
def test_a_prometheus_that_does_not_answer_resolves_nothing_for_the_bureau_and_is_told_to_operations(rule: Any) -> None:
    assert rule["execErrState"] == {"bureau": "KeepLast", "operations": "Error"}[rule["labels"]["audience"]]


def _for_prometheus(text: str) -> str:
    return text.replace(".Values.query.Value", ".Value")


def test_grafana_has_every_alert_that_prometheus_has() -> None:
    assert {rule["title"] for rule in alert_rules()} == {rule["alert"] for rule in shipped_rules() if "alert" in rule}


def test_the_sources_are_those_that_dashboards_choose() -> None:
    sources = {source["uid"]: source["type"] for source in provisioned("datasources/recording-monitor")["datasources"]}
    assert set(sources) == SOURCES | {"alertmanager"}
    for dashboard in dashboards().values():
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "datasource":
                assert sources[variable["name"]] == variable["query"]


def test_no_password_stands_in_a_file() -> None:
    for source in provisioned("datasources/recording-monitor")["datasources"]:
        for secret in source.get("secureJsonData", {}).values():
            assert re.fullmatch(r"\$[A-Z_]+", secret)
