"""Which line of a TOML file an entry stands on: `tomllib` does not say, and a user must be sent to the right place."""

import re
from collections.abc import Sequence

Path = Sequence[str | int]
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")


def line_of(text: str, path: Path, holding: str | None = None) -> int:
    """The line of the entry at `path`, or of the nearest around it; from there, of the first that holds a text."""
    lines = text.splitlines()
    names = [str(part) for part in path if isinstance(part, str)]
    start, rest = _section(lines, path, names)
    found = _key(lines, start, rest) if rest else start
    for number in range(found, len(lines) if holding else 0):
        if holding and f"{holding}" in lines[number]:
            return number + 1
    return found + 1


def _section(lines: list[str], path: Path, names: list[str]) -> tuple[int, list[str]]:
    """Index of the line of the table that holds the entry, and the names that are left below that table."""
    best, left, seen = 0, names, dict[str, int]()
    for number, line in enumerate(lines):
        if not (found := _HEADER.match(line)):
            continue
        title = [part.strip().strip("\"'") for part in found[2].split(".")]
        seen[found[2]] = seen.get(found[2], -1) + 1
        if (
            names[: len(title)] == title
            and _right_item(found, path, seen[found[2]])
            and len(names) - len(title) < len(left)
        ):
            best, left = number, names[len(title) :]
    return best, left


def _right_item(header: re.Match[str], path: Path, item: int) -> bool:
    """Of an array of tables, the one that the path counts to."""
    wanted = next((part for part in path if isinstance(part, int)), item)
    return header[1] == "[" or wanted == item


def _key(lines: list[str], start: int, names: list[str]) -> int:
    key = re.compile(rf"\s*[\"']?{re.escape(names[0])}[\"']?\s*[=.]")
    for number in range(start, len(lines)):
        if number > start and _HEADER.match(lines[number]):
            break
        if key.match(lines[number]):
            return number
    return start
