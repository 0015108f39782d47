"""`monitor evaluate`, and the figures that a small force must reach."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from monitor.cli import main
from monitor.evaluation.shares import Share

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    arguments = ["--hours", "168", "--rate", "20", "--as-of", "2026-11-22T12:00:00Z"]
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *arguments, "--out", str(folder / "events"), "--truth", str(folder / "truth")])
    assert ended.value.code == 0
    return folder


@pytest.fixture
def run(written: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def evaluate(*arguments: str, truth: str = "truth", events: str = "events") -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["evaluate", str(written / truth), "--events", str(written / events), *arguments])
        captured = capfd.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return evaluate


@pytest.fixture
def figures(run: Run) -> dict[str, Any]:
    code, out, _ = run("--format", "json")
    assert code == 0
    figures: dict[str, Any] = orjson.loads(out)
    return figures


def test_99_in_100_visible_faults_raise_an_alert_and_false_alarms_are_below_1_in_1000(figures: dict[str, Any]) -> None:
    assert figures["recall"]["of"] > 200
    assert figures["recall"]["rate"] >= 0.99
    assert figures["false_alarms_per_thousand_incidents"] < 1


def test_faults_that_nothing_betrays_are_counted_apart(figures: dict[str, Any]) -> None:
    assert figures["unseen"]["of"] > 0
    assert "never_said" not in figures["recall_by"]["fault"]


def test_a_fault_is_counted_by_fault_severity_and_channel(figures: dict[str, Any]) -> None:
    for shares in figures["recall_by"].values():
        assert sum(share["of"] for share in shares.values()) == figures["recall"]["of"]
    for shares in figures["precision_by"].values():
        assert sum(share["of"] for share in shares.values()) == figures["precision"]["of"]


def test_a_log_that_nobody_comes_back_to_is_told_of_four_hours_before_its_deadline(figures: dict[str, Any]) -> None:
    lead = figures["hours_before_deadline"]["unrecorded"]
    assert 3.8 <= lead["least_of_nine_in_ten"] <= lead["median"] <= 4
    assert lead["before_deadline"]["rate"] == 1


def test_stopping_earlier_counts_less(run: Run, figures: dict[str, Any]) -> None:
    code, out, _ = run("--format", "json", "--as-of", "2026-11-18T12:00:00Z")
    earlier = orjson.loads(out)
    assert code == 0
    assert 0 < earlier["incidents"] < figures["incidents"]
    assert 0 < earlier["recall"]["of"] < figures["recall"]["of"]


def test_the_figures_come_as_tables_and_as_markdown(run: Run) -> None:
    code, table, _ = run()
    assert code == 0
    assert "Recall of alerts by fault" in table
    code, markdown, _ = run("--format", "markdown")
    assert code == 0
    assert "\n## Recall of alerts by fault\n\n| fault | alerted | of | share | 95 % interval |\n" in markdown


@pytest.mark.parametrize(
    ("truth", "events", "sentence"),
    [
        ("events", "events", "line 1 is not what `monitor simulate --truth` writes"),
        ("truth", "truth", 'line 1: the line is no object with "topic" and "value"'),
        ("truth", "nowhere", "cannot be read"),
        ("/dev/null", "events", "incidents are in no line of the truth"),
    ],
)
def test_files_that_do_not_fit_are_one_sentence_and_exit_2(run: Run, truth: str, events: str, sentence: str) -> None:
    code, out, err = run(truth=truth, events=events)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert sentence in err


def test_a_share_of_all_has_an_interval_with_a_width() -> None:
    low, high = Share(27, 27).interval or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.875, 1)
    assert Share(0, 0).rate is None
