"""What panels of the last value say while all is well, and while nobody tells."""

from typing import Any

import pytest

from tests.observability.grafana import all_panels, filled_in
from tests.observability.world import NORTH, World

LAST = [(uid, panel) for uid, panel in all_panels() if panel["type"] in {"stat", "bargauge"}]
PANELS = [pytest.param(panel, id=f"{uid}-{panel['title']}") for uid, panel in LAST]
BUREAUS = [panel["title"] for uid, panel in LAST if uid == "recording-compliance"]


def queries(title: str) -> dict[str, str]:
    """By their legends."""
    (panel,) = [panel for _, panel in LAST if panel["title"] == title]
    return {target["legendFormat"]: filled_in(target["expr"]) for target in panel["targets"]}


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_without_a_series_says_unknown_in_grey(panel: Any) -> None:
    shown = panel["fieldConfig"]["defaults"]
    (mapping,) = shown["mappings"]
    assert shown["noValue"] == mapping["options"]["result"]["text"] == "unknown"
    assert (mapping["type"], mapping["options"]["match"]) == ("special", "null+nan")
    assert mapping["options"]["result"]["color"] == "gray"


def told(world: World, then: str, **worker: str) -> World:
    """Half an hour of a force with something in each panel. `then`: how its series go on."""
    world.worker(**worker).incidents(f"7x30 {then}").metric("build_info", f"1x30 {then}", version="1", rulebook="2026")
    world.metric("broker_answered_timestamp_seconds", f"0+60x30 {then}")
    world.metric("heartbeat_timestamp_seconds", f"0+60x30 {then}", force=NORTH, feed="crime_records")
    world.metric("oldest_unrecorded_deadline_timestamp_seconds", f"0x30 {then}", force=NORTH, severity="critical")
    world.metric("incidents_with_finding", f"1x30 {then}", force=NORTH, severity="critical", finding="due_soon")
    return world.metric("deadlines_7d", f"9x30 {then}", force=NORTH, severity="critical", outcome="in_time")


@pytest.mark.parametrize("panel", PANELS)
def test_while_no_worker_answers_it_shows_nothing_but_that(world: World, panel: Any) -> None:
    told(world, "stale", up="1x30 0x300", tells="1x30 stale", started="0x30 stale")
    for target in panel["targets"]:
        found = {"{}": 0.0} if panel["title"] == "Workers that answer" else None
        world.answers(filled_in(target["expr"]), "120m", found)
    world.holds()


@pytest.mark.parametrize("title", BUREAUS)
def test_while_the_database_is_away_it_shows_nothing_of_any_force(world: World, title: str) -> None:
    told(world, "stale", tells="1x30 0x300")
    for query in queries(title).values():
        world.answers(query, "34m").answers(query, "120m")
    world.holds()


def test_a_database_that_is_away_and_a_broker_that_does_not_answer_are_nought(world: World) -> None:
    world.worker(tells="1x30 0x300").metric("broker_answered_timestamp_seconds", "0+60x30 1800x300")
    asked = queries("Database, broker and tables")
    world.answers(asked["database"], "30m", {"{}": 1}).answers(asked["broker"], "30m", {"{}": 1})
    world.answers(asked["database"], "40m", {"{}": 0}).answers(asked["broker"], "40m", {"{}": 0}).holds()


WELL = {  # the labels of nought
    "Unrecorded": '{severity="critical"}',
    "Longest overdue": '{severity="critical"}',
    "Due within four hours, nobody on it": f'force:due_soon_unattended:sum{{force="{NORTH}"}}',
    "Waiting for the crime feed": f'force:incidents_waiting_for_feed:sum{{force="{NORTH}"}}',
    "Findings": '{finding="none"}',
}


@pytest.mark.parametrize(("title", "labels"), WELL.items())
def test_nothing_wrong_is_nought_and_not_unknown_also_over_a_failed_scrape(
    world: World, title: str, labels: str
) -> None:
    gap = "1x30 stale 1x60"
    world.worker(up="1x30 0 1x60", tells=gap).incidents("7x30 stale 7x60", "recorded_in_time")
    (query,) = queries(title).values()
    for at in ("20m", "31m", "50m"):
        world.answers(query, at, {labels: 0})
    world.holds()


@pytest.mark.parametrize("title", ["Unrecorded", "Due within four hours, nobody on it", "Findings", "Verdicts"])
def test_a_monitor_that_has_seen_no_incident_yet_shows_none(world: World, title: str) -> None:
    ((legend, query),) = queries(title).items()
    world.worker().answers(query, "20m", {f'{{{legend.strip("{}")}="none"}}': 0}).holds()
