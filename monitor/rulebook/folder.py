"""An edition of the rules as a folder of files, and whether they can be judged by."""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from monitor.contract.identity import canonical_code
from monitor.errors import UserError
from monitor.rulebook.offences import GROUP_CATEGORIES, GROUP_CLASSES, N_CATEGORIES, Row, read_rows

ABOUT, OFFENCES, INCIDENTS = "edition.toml", "offences.csv", "reported_incidents.csv"
NAMES = ("edition", "source", "rules")  # what edition.toml says

_COLUMNS = {
    OFFENCES: ("ho_code", "category", "class", "offence", "mark", "current"),
    INCIDENTS: ("ho_code", "category", "incident"),
}
_MARKS = {"V", "S", "S/V"}


def read_edition(folder: Path) -> tuple[Mapping[str, str], dict[str, str]]:
    """What the folder says of itself, and its tables as text. Raises UserError that names file and line."""
    if not folder.is_dir():
        raise UserError(f"{folder} is neither an edition that the monitor knows nor a folder: give a folder of one.")
    texts = {name: _read(folder / name) for name in (ABOUT, OFFENCES, INCIDENTS)}
    about = _about(folder / ABOUT, texts[ABOUT])
    for name in (OFFENCES, INCIDENTS):
        _check_columns(folder / name, texts[name])
    for number, fault in _faults(texts[OFFENCES]):
        raise UserError(f"{folder / OFFENCES}, line {number}: {fault}.")
    _check_groups(folder / OFFENCES, read_rows(texts[OFFENCES].splitlines()))
    return about, {name: texts[name] for name in (OFFENCES, INCIDENTS)}


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read as UTF-8 text: {getattr(error, 'strerror', None) or error}.") from None


def _about(file: Path, text: str) -> Mapping[str, str]:
    try:
        about = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file}: {error}.") from None
    for name in NAMES:
        if not isinstance(about.get(name), str) or not about[name].strip():
            raise UserError(f'{file}: it must say what its {name} is, such as {name} = "…".')
    return {name: about[name].strip() for name in NAMES}


def _check_columns(file: Path, text: str) -> None:
    header = next(csv.reader(text.splitlines()), [])
    missing = [name for name in _COLUMNS[file.name] if name not in header]
    if missing:
        raise UserError(f"{file}, line 1: there is no column {missing[0]}.")


def _faults(text: str) -> Iterator[tuple[int, str]]:
    reader = csv.DictReader(text.splitlines())
    for row in reader:
        code = row["ho_code"] or ""
        if canonical_code(code) != code:
            yield reader.line_num, f"ho_code must be three digits, a slash and two, such as 008/06, not {code!r}"
        if row["mark"] not in _MARKS:
            yield reader.line_num, f"mark must be V, S or S/V, not {row['mark']!r}"
        if row["current"] not in {"Y", "N"}:
            yield reader.line_num, f"current must be Y or N, not {row['current']!r}"
        if not (row["class"] or "").strip():
            yield reader.line_num, "class is blank"


def _check_groups(file: Path, rows: list[Row]) -> None:
    """A group whose categories or class no row has any more would be empty, and what is in it be taken lightly."""
    categories, classes = {row.category for row in rows} | {*N_CATEGORIES.values()}, {row.offence_class for row in rows}
    empty = [group for group, members in GROUP_CATEGORIES.items() if members.isdisjoint(categories)]
    empty += [group for group, offence_class in GROUP_CLASSES.items() if offence_class not in classes]
    if empty:
        raise UserError(f"{file}: no row belongs to the group {empty[0]} (see `monitor rulebook`): it cannot be whole.")
