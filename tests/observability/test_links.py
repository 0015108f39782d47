"""Every link leads somewhere: runbooks, panels, the queue and the incident pages."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from typer.core import TyperGroup

from monitor import cli
from monitor.contract.alerting import IncidentAlert
from monitor.links import incident_link, queue_link
from monitor.observability.configuration import load_configuration
from monitor.observability.rule import Audience, Board
from monitor.observability.rules import alerts
from monitor.web import app as web
from monitor.web.access import Act, Role, User
from monitor.web.queue.address import view_of
from tests.observability.grafana import all_panels, dashboards, panels
from tests.observability.world import ROOT, rule_of

CONFIGURATION = load_configuration(ROOT / "deploy/observability.toml")
ADDRESSES = CONFIGURATION.addresses
RUNBOOKS = ROOT / "docs/runbooks"
NAMES = [*(alert.name for alert in alerts(CONFIGURATION)), *IncidentAlert]
LABELS = {"force": "north & south", "severity": "high", "threshold": "85 %"}
SECTIONS = ["What it means", "What to look at", "What to do", "What not to do"]
_IN_RULES = re.compile(r"\{\{ \.Labels\.(\w+) \| urlquery \}\}")
_IN_GRAFANA = re.compile(r"\$\{__(?:field\.labels|data\.fields)\.(\w+):percentencode\}")


@pytest.mark.parametrize("name", [str(name) for name in NAMES])
def test_each_alert_has_a_page_that_says_what_it_is_and_what_to_do(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text("utf-8")
    assert text.startswith(f"# {name}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert all(len(part.strip()) > 30 for part in re.split(r"^#.*$", text, flags=re.MULTILINE)[2:])


def test_no_page_is_left_over() -> None:
    assert {path.stem for path in RUNBOOKS.iterdir()} == {*map(str, NAMES), "README"}


@pytest.mark.parametrize("path", sorted(RUNBOOKS.iterdir()), ids=lambda path: str(path.name))
def test_the_pages_lead_to_pages_commands_and_settings_that_exist(path: Any) -> None:
    from monitor.cli import COMMANDS

    text = path.read_text("utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (RUNBOOKS / target).is_file(), target
    for command in re.findall(r"`monitor ([a-z-]+)", text):
        assert command in COMMANDS, command
    for file in re.findall(r"`(deploy/[^`]+)`", text):
        assert (ROOT / file).exists(), file


def _commands_in_runbooks() -> list[str]:
    texts = [path.read_text("utf-8") for path in RUNBOOKS.iterdir()]
    return sorted({command for text in texts for command in re.findall(r"`monitor ([^`]+)`", text)})


@pytest.mark.parametrize("command", _commands_in_runbooks())
def test_the_commands_of_the_pages_run_as_they_are_typed(command: str) -> None:
    """With something put in for words in capitals."""
    words = [_PUT_IN.get(word, word.lower() if word.isupper() else word) for word in command.split()]
    name, *arguments = words
    found: Any = cli.LazyGroup().get_command(None, name)
    while isinstance(found, TyperGroup):
        name, *arguments = arguments
        found = found.get_command(None, name)  # type: ignore[arg-type]
    found.make_context(name, list(arguments))
    assert arguments or name not in {"replay", "discard"}, "it wants to be told which letters"


_PUT_IN = {"PARTITION": "0", "FILE": __file__}


@pytest.mark.parametrize("name", [alert.name for alert in alerts(CONFIGURATION)])
def test_the_links_of_an_alert_lead_somewhere(name: str) -> None:
    links = {key: _IN_RULES.sub(lambda mark: "north+%26+south" if mark[1] == "force" else "high", value)
             for key, value in rule_of(name)["annotations"].items() if key.endswith("_url")}  # fmt: skip
    assert links["runbook_url"] == f"{ADDRESSES.runbooks}/{name}.md"
    _leads_to_a_panel(links["dashboard_url"])
    if "queue_url" in links:
        _leads_to_the_queue(links["queue_url"])


def test_what_is_told_to_operations_does_not_lead_to_the_queue_that_they_may_not_open() -> None:
    """Neither does what they look at."""
    assert not User("o", "O", frozenset({Role.OPERATIONS}), None).may(Act.SEE_QUEUE)
    for alert in alerts(CONFIGURATION):
        told = alert.audience is Audience.BUREAU and alert.name != "UnmappedCodesAppearing"  # no view shows those alone
        assert ("queue_url" in rule_of(alert.name)["annotations"]) is told
    for uid in {Board.PIPELINE, Board.RESOURCES}:
        assert ADDRESSES.web not in json.dumps(dashboards()[uid])


def _leads_to_a_panel(link: str) -> None:
    parts, query = urlsplit(link), dict(parse_qsl(urlsplit(link).query, strict_parsing=True))
    uid = parts.path.removeprefix("/d/")
    assert link.startswith(f"{ADDRESSES.grafana}/d/")
    assert int(query["viewPanel"]) in {panel["id"] for panel in panels(dashboards()[uid])}
    declared = {variable["name"] for variable in dashboards()[uid]["templating"]["list"]}
    assert {key.removeprefix("var-") for key in query if key != "viewPanel"} <= declared


def _leads_to_the_queue(link: str) -> None:
    """Whatever the page does not know it leaves out, so what it makes of the query is held against the query."""
    parts = urlsplit(link)
    assert (f"{parts.scheme}://{parts.netloc}", parts.path) == (ADDRESSES.web, "/")
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    assert sorted(view_of(pairs).pairs()) == sorted(pairs)


def _panel_links() -> Iterator[Any]:
    for uid, panel in all_panels():
        for link in [*panel.get("links", []), *panel["fieldConfig"]["defaults"].get("links", [])]:
            yield pytest.param(link["url"], id=f"{uid}-{panel['id']}")


@pytest.mark.parametrize("url", list(_panel_links()))
def test_the_links_of_a_panel_lead_somewhere(url: str) -> None:
    filled = _IN_GRAFANA.sub(lambda mark: "high" if mark[1] == "severity" else "north%20%26%20south", url)
    if urlsplit(filled).path == "/":
        _leads_to_the_queue(filled)
    else:
        assert filled == incident_link(ADDRESSES.web, "north & south", "north & south")


def test_every_panel_of_the_bureau_leads_to_the_queue() -> None:
    for panel in panels(dashboards()[Board.COMPLIANCE]):
        if panel["title"] != "Codes and values that nobody mapped":  # among others, which would hide them
            assert any(urlsplit(link["url"]).path == "/" for link in panel["links"]), panel["title"]


def test_a_panel_narrows_the_queue_by_labels_that_its_series_have() -> None:
    for uid, panel in all_panels():
        named = set(_IN_GRAFANA.findall(json.dumps(panel["fieldConfig"]["defaults"].get("links", []))))
        for target in panel["targets"]:
            text = target.get("expr") or target["rawSql"].replace(" AS incident", " incident")
            assert all(label in text for label in named), (uid, panel["title"])


def test_the_links_of_a_dashboard_lead_to_dashboards_and_the_queue() -> None:
    for dashboard in dashboards().values():
        for link in dashboard["links"]:
            uid = link["url"].removeprefix("/d/")
            assert uid in dashboards() or link["url"] == queue_link(ADDRESSES.web)


def test_the_web_pages_have_these_addresses() -> None:
    routes = _routes()
    assert "/" in routes
    assert "/incidents/{force}/{ref:path}" in routes


def _routes() -> set[str]:
    from importlib import import_module

    return {route.path for page in web.PAGES for route in import_module(page).router.routes}


def test_a_reference_with_odd_characters_stays_one_part_of_the_address() -> None:
    link = incident_link("https://monitor.example.org", "north", "A/1 ?&#%é")
    assert link == "https://monitor.example.org/incidents/north/A%2F1%20%3F%26%23%25%C3%A9"
