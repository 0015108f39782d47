"""All cases by other rules: what that would change is shown before anything does, and is then done."""

import shutil
from importlib import resources
from typing import Any

import orjson
import pytest

from monitor import store
from monitor.rulebook import Rulebook, load_rulebook
from monitor.rulebook.mapping import ForceMappings, TypeMapping
from monitor.store import Judge, audit, tables
from monitor.store.people import Actor
from monitor.store.reassess import Comparison, Difference, apply, compare, enter
from tests.builders import FORCE, incident
from tests.store.desk import JUDGE, Desk, clock, failing_for

WHO = Actor("ana.registrar", "Ana Registrar", "operator")
ASSAULT: dict[str, Any] = {"opening_type": "nsir.asb_nuisance", "reported_offences": [{"ho_code": "8/6"}]}
EVERY = (tables.cases, tables.verdicts, tables.verdict_history, tables.outbox, tables.known_times)


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """An edition whose list does not have common assault."""
    folder = tmp_path_factory.mktemp("editions") / "lenient"
    shutil.copytree(str(resources.files("monitor.rulebook") / "data"), folder)
    (folder / "edition.toml").write_text((folder / "edition.toml").read_text("utf-8").replace("2026/27", "2027/28"))
    lines = (folder / "offences.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "offences.csv").write_text("".join(line for line in lines if not line.startswith("008/06,")))
    return load_rulebook(str(folder))


@pytest.fixture
def judge(lenient: Rulebook) -> Judge:
    return store.judge_with(lenient, ForceMappings())


def compared(
    desk: Desk, judge: Judge, force: str | None = None, hours: float = 30
) -> tuple[list[Difference], dict[str, Comparison]]:
    found: dict[str, Comparison] = {}
    return [*compare(desk.engine, desk.judge, judge, clock(hours), found, force)], found


def applied(desk: Desk, judge: Judge, force: str | None = None) -> int:
    return sum(each.changed for each in apply(desk.engine, judge, "2027/28", lambda: clock(30), force))


def test_what_would_change_is_shown_and_nothing_changes(desk: Desk, judge: Judge) -> None:
    desk.receive(incident(**ASSAULT), incident("INC-2"))
    desk.review(hours=30)
    before = [desk.rows(table) for table in EVERY]
    (difference,), found = compared(desk, judge)
    assert (difference.before.status, difference.after.status) == ("unrecorded", "no_crime_expected")
    assert difference.alert == "resolved"
    assert (found[FORCE].cases, found[FORCE].changed, found[FORCE].failed) == (2, 1, 0)
    assert found[FORCE].transitions["status", "unrecorded", "no_crime_expected"] == 1
    assert found[FORCE].transitions["alert", "firing", "resolved"] == 1
    assert found[FORCE].alerts == {"resolved": 1}
    assert [desk.rows(table) for table in EVERY] == before


def test_the_same_rules_change_nothing(desk: Desk) -> None:
    desk.receive(incident(**ASSAULT), incident("INC-2"))
    desk.review(hours=30)
    differences, found = compared(desk, JUDGE)
    assert differences == []
    assert (found[FORCE].cases, found[FORCE].changed) == (2, 0)


def test_what_time_or_an_event_would_change_is_not_put_down_to_the_rules(desk: Desk, judge: Judge) -> None:
    desk.receive(incident(**ASSAULT))
    desk.review(hours=1)
    desk.receive(incident(revision=2, **ASSAULT, closing_type="crime.theft"), incident("INC-2"))
    assert compared(desk, JUDGE)[0] == []
    (difference,), _ = compared(desk, judge)
    assert difference.before.status == difference.after.status == "feed_behind"  # nobody asked the broker meanwhile
    assert (difference.before.severity, difference.after.severity) == ("high", "low")


def test_only_the_force_that_is_named_is_compared_and_judged(desk: Desk, judge: Judge) -> None:
    desk.receive(incident(**ASSAULT), incident(force="kent", **ASSAULT))
    desk.review(hours=30)
    differences, found = compared(desk, judge, "kent")
    assert ([each.after.force for each in differences], [*found]) == (["kent"], ["kent"])
    assert applied(desk, judge, "kent") == 1
    assert [orjson.loads(each)["status"] for each in store.stored_verdicts(desk.engine)] == [
        "no_crime_expected",
        "unrecorded",
    ]


def test_many_cases_are_gone_through_in_pages(desk: Desk, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.reassess.PAGE", 3)
    desk.receive(*(incident(f"INC-{number}", **ASSAULT) for number in range(10)))
    desk.review(hours=30)
    differences, found = compared(desk, judge)
    assert len({each.after.incident_ref for each in differences}) == found[FORCE].cases == 10
    assert applied(desk, judge) == 10


def test_what_is_applied_is_what_was_shown_with_its_history_and_alert(
    desk: Desk, judge: Judge, lenient: Rulebook
) -> None:
    desk.receive(incident(**ASSAULT))
    desk.review(hours=30)
    (difference,), _ = compared(desk, judge)
    assert applied(desk, judge) == 1
    assert desk.verdicts()["INC-1"] == orjson.loads(difference.after.to_json())
    assert desk.verdicts()["INC-1"]["rulebook"] == lenient.name
    last = store.history(desk.engine, FORCE, "INC-1")[-1]
    assert (last.cause, last.cause_ref) == ("rulebook", "2027/28")
    assert desk.changes() == ["raised", "resolved"]
    assert desk.alerts()[-1]["caused_by"] == {"kind": "rulebook", "ref": "2027/28", "revision": None}


def test_applying_it_again_changes_nothing(desk: Desk, judge: Judge) -> None:
    desk.receive(incident(**ASSAULT))
    desk.review(hours=30)
    applied(desk, judge)
    before = [desk.rows(table, "judged_at") for table in EVERY]
    assert applied(desk, judge) == 0
    assert [desk.rows(table, "judged_at") for table in EVERY] == before


def test_a_verdict_that_stays_carries_the_new_edition_and_leaves_no_history(
    desk: Desk, judge: Judge, lenient: Rulebook
) -> None:
    desk.receive(incident())
    desk.review(hours=30)
    assert applied(desk, judge) == 0
    assert desk.verdicts()["INC-1"]["rulebook"] == lenient.name
    assert len(store.history(desk.engine, FORCE, "INC-1")) == 1


def test_another_mapping_is_compared_like_another_edition(desk: Desk) -> None:
    desk.receive(incident(opening_type="CR02", reported_offences=[]))
    desk.review(hours=30)
    mapped = store.judge_with(load_rulebook(), ForceMappings({FORCE: TypeMapping({"cr02": "nsir.alarm"})}))
    (difference,), _ = compared(desk, mapped)
    assert (difference.before.status, difference.after.status) == ("unrecorded", "no_crime_expected")


def test_an_incident_that_cannot_be_judged_is_counted_and_stops_no_other(desk: Desk, judge: Judge) -> None:
    desk.receive(incident(**ASSAULT), incident("INC-2", **ASSAULT))
    desk.review(hours=30)
    differences, found = compared(desk, failing_for("INC-1", judge=judge))
    assert [each.after.incident_ref for each in differences] == ["INC-2"]
    assert (found[FORCE].cases, found[FORCE].failed) == (2, 1)


def test_each_force_gets_an_audit_entry(desk: Desk, judge: Judge) -> None:
    desk.receive(incident(**ASSAULT), incident(force="kent", **ASSAULT))
    desk.review(hours=30)
    _, found = compared(desk, judge)
    enter(desk.engine, WHO, {force: {"because": "the new year", **each.as_dict()} for force, each in found.items()})
    for force in ("kent", FORCE):
        (entry,) = audit.entries(desk.engine, force)
        said = orjson.loads(entry.content)
        assert (said["action"], said["by"], said["detail"]["because"]) == ("reassessed", WHO.subject, "the new year")
        assert said["detail"]["transitions"]["status: unrecorded > no_crime_expected"] == 1


def test_memory_does_not_grow_with_what_was_found(desk: Desk, judge: Judge) -> None:
    desk.receive(*(incident(f"INC-{number}", **ASSAULT) for number in range(5)))
    desk.review(hours=30)
    found: dict[str, Comparison] = {}
    differences = compare(desk.engine, JUDGE, judge, clock(30), found, None)
    next(iter(differences))
    assert found[FORCE].cases == 1
