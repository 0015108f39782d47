"""What the simulator says of its own stories."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from monitor.cli import main
from monitor.simulator.plans import PLANS, Expects, Failure
from monitor.simulator.truth import Truth

ARGUMENTS = ["simulate", "--hours", "240", "--as-of", "2026-11-22T12:00:00Z", "--rate", "20"]
END = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("truth")
    with pytest.raises(SystemExit) as ended:
        main([*ARGUMENTS, "--out", str(folder / "events"), "--truth", str(folder / "truth")])
    assert ended.value.code == 0
    return folder


@pytest.fixture(scope="module")
def truths(written: Path) -> list[Truth]:
    return [Truth.from_json(line) for line in (written / "truth").read_bytes().splitlines()]


def test_every_log_that_is_sent_is_in_one_story(written: Path, truths: list[Truth]) -> None:
    told = [ref for truth in truths for ref in truth.incident_refs]
    lines = (orjson.loads(line) for line in (written / "events").read_bytes().splitlines())
    sent = {line["value"]["incident_ref"] for line in lines if line["topic"] == "incidents"}
    assert len(told) == len(set(told))
    assert sent <= set(told)


def test_a_line_reads_back_as_it_was_written(written: Path, truths: list[Truth]) -> None:
    assert [truth.to_json() for truth in truths] == (written / "truth").read_bytes().splitlines()


def test_every_kind_of_story_and_every_row_of_the_table_of_failures_is_planted(truths: list[Truth]) -> None:
    assert {truth.kind for truth in truths} == {plan.kind for plan in PLANS}
    assert {truth.failure for truth in truths} == {*Failure, None}


def test_only_a_fault_goes_wrong_and_it_is_put_right_only_afterwards(truths: list[Truth]) -> None:
    for truth in truths:
        assert truth.reported_at < END
        assert (truth.wrong_at is None) == (truth.fault is None) == (truth.visible is None)
        if truth.put_right_at:
            assert truth.wrong_at
            assert truth.reported_at < truth.wrong_at < truth.put_right_at


def test_a_fault_that_nothing_betrays_expects_nothing_of_the_monitor(truths: list[Truth]) -> None:
    by_kind = {truth.kind: truth for truth in truths if truth.fault}
    assert (by_kind["never_said"].visible, by_kind["never_said"].expects) == (False, None)
    assert (by_kind["hidden_in_asb"].visible, by_kind["hidden_in_asb"].expects) == (True, Expects.QUEUE)
    assert by_kind["domestic_unrecorded"].severity in {"high", "critical"}


def test_a_course_of_conduct_hides_in_three_logs_about_the_same_people(written: Path, truths: list[Truth]) -> None:
    people = defaultdict(set)
    for line in map(orjson.loads, (written / "events").read_bytes().splitlines()):
        if line["topic"] == "incidents":
            named = (*line["value"]["victims"], *line["value"]["suspects"])
            people[line["value"]["incident_ref"]].add(tuple(person["person_key"] for person in named))
    hidden = [
        truth for truth in truths if truth.kind == "hidden_in_asb" and truth.reported_at < END - timedelta(days=7)
    ]
    assert hidden
    for truth in hidden:
        assert len(truth.incident_refs) == 3
        assert len(set().union(*(people[ref] for ref in truth.incident_refs))) == 1


def test_the_truth_is_of_a_file_and_not_of_live_events(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "--live", "--truth", "nowhere"])
    assert ended.value.code == 2
    assert "--truth goes with a file of events" in capfd.readouterr().err
