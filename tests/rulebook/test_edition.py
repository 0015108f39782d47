"""Another edition of the rules: a folder of the same files, checked when it is loaded."""

import shutil
from importlib import resources
from pathlib import Path

import pytest

from monitor.contract.events import Offence
from monitor.errors import UserError
from monitor.rulebook import load_rulebook

OWN = Path(str(resources.files("monitor.rulebook") / "data"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An edition that differs from the monitor's own in its name only."""
    shutil.copytree(OWN, tmp_path / "next")
    _replace(tmp_path / "next" / "edition.toml", "2026/27", "2027/28")
    return tmp_path / "next"


def test_no_name_and_its_own_name_are_the_edition_that_comes_with_the_monitor() -> None:
    assert load_rulebook() is load_rulebook("2026/27") is load_rulebook(None)


def test_another_edition_has_its_own_name_and_the_hash_of_its_tables(folder: Path) -> None:
    other = load_rulebook(str(folder))
    assert other.edition == "2027/28"
    assert other.sha256 == load_rulebook().sha256
    assert other.name != load_rulebook().name


def test_another_edition_judges_by_its_own_list(folder: Path) -> None:
    lines = (folder / "offences.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "offences.csv").write_text("".join(line for line in lines if not line.startswith("008/06,")))
    common_assault = Offence(ho_code="008/06")
    assert load_rulebook().offences.facts(common_assault).on_list
    assert not load_rulebook(str(folder)).offences.facts(common_assault).on_list
    assert load_rulebook(str(folder)).sha256 != load_rulebook().sha256


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("edition.toml", 'edition = "', 'about = "', "edition.toml: it must say what its edition is"),
        ("edition.toml", 'edition = "', "edition = ", "edition.toml: "),
        ("offences.csv", "ho_code,", "code,", "offences.csv, line 1: there is no column ho_code"),
        ("offences.csv", "001/01,", "1/1,", "offences.csv, line 2: ho_code must be"),
        ("offences.csv", ",V,Y\n", ",X,Y\n", "offences.csv, line 2: mark must be"),
        ("offences.csv", ",V,Y\n", ",V,yes\n", "offences.csv, line 2: current must be"),
        ("offences.csv", "Violence Against The Person", " ", "class is blank"),
        ("offences.csv", "Violence Against The Person", "Violence", "no row belongs to the group violent"),
        ("reported_incidents.csv", ",incident,", ",what,", "reported_incidents.csv, line 1: there is no column"),
    ],
)
def test_a_mistake_is_named_with_its_file(folder: Path, file: str, old: str, new: str, said: str) -> None:
    _replace(folder / file, old, new)
    with pytest.raises(UserError, match=said):
        load_rulebook(str(folder))


def test_a_missing_folder_or_file_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="neither an edition that the monitor knows nor a folder"):
        load_rulebook(str(tmp_path / "nowhere"))
    (folder / "offences.csv").unlink()
    with pytest.raises(UserError, match=r"offences\.csv cannot be read"):
        load_rulebook(str(folder))


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
