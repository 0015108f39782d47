"""`monitor simulate`."""

from pathlib import Path

import orjson
import pytest

from monitor.cli import main
from monitor.simulator import mapping_path

ARGUMENTS = ["--hours", "3", "--as-of", "2026-11-22T12:00:00Z", "--rate", "20"]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *arguments])
    return int(ended.value.code or 0)


def test_events_go_to_a_file_or_to_standard_output(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(*ARGUMENTS, "--out", str(tmp_path / "events")) == 0
    assert run(*ARGUMENTS) == 0
    written = (tmp_path / "events").read_bytes()
    assert written == capfdbinary.readouterr().out
    lines = [orjson.loads(line) for line in written.splitlines()]
    assert len(lines) > 100
    assert {line["value"]["force"] for line in lines} == {"synthetic-northshire"}


def test_the_mapping_of_the_forces_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("--mapping") == 0
    assert Path(capfd.readouterr().out.strip()) == mapping_path()
    assert mapping_path().is_file()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as-of", "noon"], "--as-of must be a time with an offset"),
        (["--forces", "50"], "There are 1 to 43 synthetic forces, not 50."),
        (["--out", "no/such/folder/events"], "cannot be written"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_2(
    arguments: list[str], sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    captured = capfd.readouterr()
    assert sentence in captured.err
    assert (captured.err.count("\n"), captured.out) == (1, "")
