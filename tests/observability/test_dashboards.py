"""No Grafana runs here: its dashboards are held to the SDK's types, to each other, and to what the monitor exports."""

import json
from itertools import combinations
from typing import Any

import promql_parser
import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from monitor.observability.rule import Board
from tests.observability.grafana import SOURCES, all_panels, dashboards, filled_in, panels, targets, variables_in
from tests.observability.metrics import exported
from tests.observability.promql import selected
from tests.observability.world import shipped_rules

UIDS = list(dashboards())
PANELS = [pytest.param(uid, panel, id=f"{uid}-{panel['id']}") for uid, panel in all_panels()]
PROMQL = [pytest.param(target["expr"], id=where) for where, target in targets("expr")]
UNITS = {value for name in dir(units) if isinstance(value := getattr(units, name), str) and not name.startswith("_")}


def test_the_boards_are_those_that_rules_lead_to() -> None:
    assert {dashboard["uid"] for dashboard in dashboards().values()} == set(Board) == set(UIDS)


@pytest.mark.parametrize("uid", UIDS)
def test_the_sdk_knows_every_key(uid: str) -> None:
    """It drops in silence what it does not know, so what it makes of the file is held against the file.

    Of SQL targets it has no type: those keep their shape in a schema of our own, below.
    """
    register_default_plugins()
    read_back = json.loads(JSONEncoder().encode(Dashboard.from_json(dashboards()[uid])))
    assert read_back == dashboards()[uid]


@pytest.mark.parametrize("uid", UIDS)
def test_a_dashboard_says_what_it_is_and_for_whom(uid: str) -> None:
    dashboard = dashboards()[uid]
    assert dashboard["schemaVersion"] == 42
    assert dashboard["title"]
    assert dashboard["description"].endswith(".")
    assert dashboard["editable"] is False
    assert "recording-monitor" in dashboard["tags"]


@pytest.mark.parametrize("uid", UIDS)
def test_rows_and_panels_have_numbers_of_their_own(uid: str) -> None:
    numbers = [panel["id"] for panel in dashboards()[uid]["panels"]]
    assert all(number > 0 for number in numbers)
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("uid", UIDS)
def test_panels_lie_on_the_grid_and_on_none_another(uid: str) -> None:
    places = [panel["gridPos"] for panel in dashboards()[uid]["panels"]]
    assert all(place["x"] + place["w"] <= 24 and place["h"] > 0 for place in places)
    assert [pair for pair in combinations(places, 2) if _overlap(*pair)] == []


def _overlap(one: Any, other: Any) -> bool:
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    return bool(across and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_a_panel_says_what_it_shows_and_in_what_unit(uid: str, panel: Any) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS | {"cores", "cps"}
    assert panel["targets"]
    refs = [target["refId"] for target in panel["targets"]]
    assert len(refs) == len(set(refs))


def test_titles_on_one_board_are_not_given_twice() -> None:
    for dashboard in dashboards().values():
        titles = [panel["title"] for panel in panels(dashboard)]
        assert len(titles) == len(set(titles))


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_a_panel_and_its_queries_take_the_chosen_data_source(uid: str, panel: Any) -> None:
    sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
    (source,) = {(each["type"], each["uid"]) for each in sources}
    assert source in {("prometheus", "${prometheus}"), ("grafana-postgresql-datasource", "${postgres}")}


@pytest.mark.parametrize("uid", UIDS)
def test_every_variable_is_declared_and_used(uid: str) -> None:
    declared = {variable["name"]: variable for variable in dashboards()[uid]["templating"]["list"]}
    used = variables_in(json.dumps([panels(dashboards()[uid]), list(declared.values())]))
    assert set(declared) == used
    assert all(variable["label"] and variable["description"] for variable in declared.values())
    for name in SOURCES & set(declared):
        assert declared[name]["current"]["value"] == name


@pytest.mark.parametrize("expr", PROMQL)
def test_a_query_parses_and_names_what_there_is(expr: str) -> None:
    recorded = {rule["record"] for rule in shipped_rules() if "record" in rule}
    promql_parser.parse(filled_in(expr))
    assert selected(filled_in(expr)) - exported() - recorded == set()


def test_sql_targets_have_the_shape_that_grafana_reads() -> None:
    found = targets("rawSql")
    assert len(found) > 3
    for where, target in found:
        assert set(target) == {"datasource", "editorMode", "format", "rawQuery", "rawSql", "refId"}, where
        assert (target["editorMode"], target["format"], target["rawQuery"]) == ("code", "table", True)


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_a_panel_that_shows_the_last_value_asks_for_no_more(uid: str, panel: Any) -> None:
    """And a course of time asks for a range: Grafana does neither unless it is said."""
    for target in panel["targets"]:
        if "expr" in target:
            assert target.get("instant", False) is (panel["type"] in {"stat", "bargauge"})
            assert target.get("range", False) is (panel["type"] not in {"stat", "bargauge"})
