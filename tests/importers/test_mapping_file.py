"""A mapping that cannot be used is refused in one sentence that names file and line."""

from pathlib import Path

import pytest

from monitor.importers.load import MappingError, MappingFile
from tests.importers.exports import HEADER, MAPPING, Desk


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            'reported_at = "Call Time"',
            'reportd_at = "Call Time"',
            "incident.reportd_at is no entry of a mapping (did you mean 'reported_at'?)",
        ),
        ('zone = "Europe/London"', 'zone = "Europe/Lundun"', "'Europe/Lundun' is no time zone"),
        ('formats = ["%d/%m/%Y %H:%M"]', 'formats = ["dd/MM/yyyy HH:mm"]', "is no strptime format"),
        ('formats = ["%d/%m/%Y %H:%M"]', 'formats = ["%d/%m %H:%M"]', "does not hold day, month and year"),
        ('formats = ["%d/%m/%Y %H:%M"]', "formats = []", "times.formats"),
        ('"TEL" = "101"', '"TEL" = "telephone"', "'telephone' is none of 999, 101"),
        ('"TEL" = "101", "EMERG"', '"EMERG " = "101", "EMERG"', "stands in the table twice"),
        ('"COMMON ASSAULT" = "105A"', '"COMMON ASSAULT" = "105Z"', "'105Z' is no offence of the Home Office list"),
        ('ho_code = "8/6"', 'ho_code = "eight"', "'eight' is no Home Office code"),
        ('ref = "Ref"', 'ref = "Surname"', "the column 'Surname' tells a person"),
        (', is = ["VIC"]', "", "either is = [...] or not = [...]"),
        ('confirmed = { value = "yes" }', 'confirmed = { value = "perhaps" }', "'perhaps' is neither yes nor no"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    assert before in MAPPING
    text = MAPPING.replace(before, after, 1)
    (tmp_path / "m.toml").write_text(text, "utf-8")
    with pytest.raises(MappingError) as refused:
        MappingFile(tmp_path / "m.toml")
    assert sentence in str(refused.value)
    wrong = line_of(MAPPING, before)
    assert str(refused.value).startswith(f"{tmp_path / 'm.toml'}, line {wrong}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("force = ", "is not TOML"), ('force = "x"', "times is missing"), ("", "force is missing")],
)
def test_a_file_that_is_no_mapping_at_all_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "m.toml").write_text(text, "utf-8")
    with pytest.raises(MappingError, match=sentence):
        MappingFile(tmp_path / "m.toml")


def test_a_mapping_of_neither_incidents_nor_crimes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING[: MAPPING.index("[incident]")], "utf-8")
    with pytest.raises(MappingError, match=r"has neither \[incident\] nor \[crime\]"):
        MappingFile(tmp_path / "m.toml")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="cannot be read: No such file"):
        MappingFile(tmp_path / "m.toml")


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (HEADER.replace("Call Time", "Call  Time"), "has no column 'Call Time' (did you mean 'Call  Time'?)"),
        (HEADER.replace(",", ";"), "its header is a single column"),
        (HEADER + ",Ref", "the column 'Ref' stands 2 times"),
    ],
)
def test_a_column_that_the_export_lacks_is_refused_before_the_first_row(desk: Desk, header: str, sentence: str) -> None:
    with pytest.raises(MappingError) as refused:
        desk.run(header=header)
    assert sentence in str(refused.value)
    assert f"line {line_of(MAPPING, 'Call Time' if 'Call' in sentence else 'ref = ')}: " in str(refused.value)
