"""Two sets of verdicts held against each other."""

from datetime import datetime
from pathlib import Path

import orjson
import pytest

from monitor.cli import main
from monitor.settings import Settings
from tests.builders import Line, at, crime, incident
from tests.system.judging import assessed


@pytest.fixture
def unrecorded(tmp_path: Path) -> Path:
    return written(tmp_path / "first", incident("INC-1"), incident("INC-2"))


def written(path: Path, *lines: Line) -> Path:
    verdicts = assessed(lines, datetime.fromisoformat(at(30)), Settings())
    path.write_bytes(b"\n".join(map(orjson.dumps, verdicts)))
    return path


def compared(first: Path, second: Path, *options: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(first), str(second), *options])
    return ended.value.code


def test_the_same_verdicts_do_not_differ(unrecorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(unrecorded, unrecorded) == 0
    assert "0 of 2 incidents differ." in capsys.readouterr().out


def test_what_moved_is_counted_and_named(unrecorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = written(tmp_path / "second", incident("INC-1"), crime("C-1", incident_refs=["INC-1"]), incident("INC-3"))
    assert compared(unrecorded, second) == 1
    said = capsys.readouterr().out
    assert "3 of 3 incidents differ." in said
    assert "       1  status: unrecorded > recorded_in_time" in said
    assert "       1  alert: firing > none" in said
    assert [line.split()[1] for line in said.splitlines() if "only in" in line and "INC" in line] == ["INC-2", "INC-3"]


def test_each_difference_is_a_line_of_json_where_asked(
    unrecorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(unrecorded, written(tmp_path / "second", incident("INC-1")), "--format", "ndjson") == 1
    (line,) = capsys.readouterr().out.splitlines()
    found = orjson.loads(line)
    assert (found["incident_ref"], found["first"]["status"], found["second"]) == ("INC-2", "unrecorded", None)


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[1]\n", b"nonsense\n"])
def test_what_is_no_verdict_is_one_sentence(
    content: bytes, unrecorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").write_bytes(content)
    assert compared(unrecorded, tmp_path / "other") == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
