"""A force's own codes: checked at load, with file and line in every complaint."""

from pathlib import Path

import pytest

from monitor.errors import UserError
from monitor.rulebook.mapping import load_mappings


def mapping(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "types.toml"
    path.write_text(text)
    return path


def test_codes_are_compared_trimmed_and_without_case(tmp_path: Path) -> None:
    types = load_mappings(mapping(tmp_path, '[Hertfordshire.types]\n" Cr02" = "crime.violence"\n')).of("hertfordshire")
    assert types.canonical(" cR02 ") == "crime.violence"
    assert types.canonical("CR03") == "unmapped"
    assert types.canonical("Crime.Theft") == "crime.theft"


def test_a_force_without_a_table_maps_nothing_but_canonical_types(tmp_path: Path) -> None:
    mappings = load_mappings(mapping(tmp_path, '[kent.types]\n"CR02" = "crime.violence"\n'))
    assert mappings.of("surrey").canonical("CR02") == "unmapped"
    assert load_mappings(None).of("kent").canonical("CR02") == "unmapped"


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[kent.types]\n"A" = "crime.theft"\n')
    (tmp_path / "b.toml").write_text('[surrey.types]\n"B" = "nsir.alarm"\n')
    (tmp_path / "readme.txt").write_text("not TOML")
    mappings = load_mappings(tmp_path)
    assert mappings.of("kent").canonical("a") == "crime.theft"
    assert mappings.of("surrey").canonical("b") == "nsir.alarm"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[kent.types]\n"A" = "crime.theft"\n"B" = "crime.assault"\n', 3, "no canonical type"),
        ('[kent.types]\n"A" = "unmapped"\n', 2, "no canonical type"),
        ('[kent.types]\n"A" = 7\n', 2, "no canonical type"),
        ('[kent.types]\n"A" = "crime.theft"\n"A" = "crime.arson"\n', 3, "overwrite"),
        ('[kent.types]\n"Ab" = "crime.theft"\n\n"aB" = "crime.theft"\n', 4, "differ only in case"),
        ('[kent.types]\n"crime.theft" = "nsir.lost_found"\n', 2, "means itself"),
        ('[kent.types]\n"A" = "crime.theft"\n[KENT.types]\n"B" = "crime.theft"\n', 3, "two tables"),
        ('[kent]\ncolour = "blue"\n', 2, "no option colour"),
        ('kent = "crime.theft"\n', 1, "[kent.types]"),
        ("[kent.types\n", 1, "]"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = mapping(tmp_path, text)
    with pytest.raises(UserError) as refused:
        load_mappings(path)
    assert str(refused.value).startswith(str(path))
    assert f"line {line}" in str(refused.value)
    assert said in str(refused.value)


def test_one_force_in_two_files_is_a_mistake(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text('[kent.types]\n"A" = "crime.theft"\n')
    with pytest.raises(UserError, match=r"a\.toml already"):
        load_mappings(tmp_path)


def test_a_mapping_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such force mapping"):
        load_mappings(tmp_path / "none.toml")
