"""`monitor import`, from its arguments to its exit status."""

import orjson
import pytest

from monitor.cli import main
from monitor.importers.persons import VARIABLE
from tests.importers.exports import MAPPING, SECRET, Desk, row


def run(desk: Desk, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["import", str(desk.folder / "export.csv"), "--mapping", str(desk.folder / "mapping.toml"), *arguments])
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET.decode())


def test_events_go_to_standard_output_and_the_account_to_standard_error(
    desk: Desk, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    desk.write(row("A1", crime="C1", at="14/01/2026 23:30"), row("A2"))
    assert run(desk) == 0
    captured = capfdbinary.readouterr()
    assert [orjson.loads(line)["topic"] for line in captured.out.splitlines()] == [
        "incidents",
        "incidents",
        "crime-records",
    ]
    assert b"2 rows read" in captured.err
    assert b"Made 2 incidents, 1 crime records, 0 heartbeats" in captured.err


def test_rows_that_cannot_be_used_are_named_and_the_exit_status_is_3(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    desk.write(row("A1"), row("A2", call="", surname="Madeup"))
    kept, report, out = (desk.folder / name for name in ("kept.csv", "report.json", "out.ndjson"))
    assert run(desk, "--out", str(out), "--rejects", str(kept), "--report", str(report)) == 3
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "1  reported at missing (row 3)" in captured.err
    assert len(out.read_bytes().splitlines()) == 1
    account = orjson.loads(report.read_bytes())
    assert account["rows"] == {"read": 2, "used": 1, "unusable": 1}
    assert account["unusable"] == {"reported_at_missing": {"count": 1, "first_rows": [3]}}
    written = captured.err + kept.read_text("utf-8") + report.read_text("utf-8") + out.read_text("utf-8")
    assert "Madeup" not in written


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--exported-at", "yesterday"], "--exported-at must be a time with an offset"),
        (["--exported-at", "2026-01-16T00:00:00"], "--exported-at must be a time with an offset"),
        (["--encoding", "klingon"], "klingon is no encoding"),
        (["--key-file", "nowhere"], "The key file nowhere cannot be read"),
        (["--out", "EXPORT"], "are the same file"),
        (["--out", "no/such/folder/out"], "cannot be written"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_2(
    desk: Desk, arguments: list[str], sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = desk.write(row())
    before = path.read_bytes()
    assert run(desk, *[str(path) if argument == "EXPORT" else argument for argument in arguments]) == 2
    captured = capfd.readouterr()
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert path.read_bytes() == before


def test_persons_without_a_secret_are_refused_before_anything_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE)
    desk.write(row(surname="Madeup", role="VIC"))
    assert run(desk, "--out", str(desk.folder / "out")) == 2
    assert "takes a secret" in capfd.readouterr().err
    assert not (desk.folder / "out").exists()


def test_no_secret_is_asked_for_where_no_person_is_mapped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    start, end = MAPPING.index("[[incident.victims]]"), MAPPING.index("[crime]")
    desk.mapping = MAPPING[:start] + MAPPING[end:]
    desk.write(row(surname="Madeup", role="VIC"))
    assert run(desk, "--out", str(desk.folder / "out")) == 0
    assert orjson.loads((desk.folder / "out").read_bytes())["value"]["victims"] == []


@pytest.mark.parametrize(("content", "sentence"), [(b"", "has no header row"), (None, "cannot be read: No such file")])
def test_an_export_that_is_empty_or_not_there_is_refused(
    desk: Desk, content: bytes | None, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = desk.write()
    path.unlink() if content is None else path.write_bytes(content)
    assert run(desk) == 2
    assert sentence in capfd.readouterr().err


def test_a_header_without_rows_is_nothing_to_import(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    desk.write()
    assert run(desk) == 2
    assert "there is nothing to import" in capfd.readouterr().err
