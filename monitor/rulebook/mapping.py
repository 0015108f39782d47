"""A force's own type codes, in TOML: one table a force, `[hertfordshire.types]` with `"CR02" = "crime.violence"`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.contract.identity import canonical_force
from monitor.errors import UserError
from monitor.rulebook.types import CANONICAL_TYPES, UNMAPPED

OPTIONS = frozenset({"types", "name"})  # of a force: its codes, and the name to show


@dataclass(frozen=True)
class TypeMapping:
    """What one force's codes mean."""

    types: Mapping[str, str] = field(default_factory=dict)  # by trimmed, case-folded code

    def canonical(self, code: str) -> str:
        """The canonical type of a code; a canonical type maps to itself, an unknown code is `unmapped`."""
        key = code.strip().casefold()
        return key if key in CANONICAL_TYPES else self.types.get(key, UNMAPPED)


@dataclass(frozen=True)
class ForceMappings:
    forces: Mapping[str, TypeMapping] = field(default_factory=dict)

    def of(self, force: str) -> TypeMapping:
        return self.forces.get(force, _NOTHING_MAPPED)


_NOTHING_MAPPED = TypeMapping()


def load_mappings(path: Path | None) -> ForceMappings:
    """Read a TOML file or every one of a folder. Raises `UserError` that names file and line."""
    if path is None:
        return ForceMappings()
    forces: dict[str, TypeMapping] = {}
    origin: dict[str, Path] = {}
    for file in _files(path):
        for force, mapping in _load(file):
            if force in forces:
                raise UserError(f"{file}: the force {force} is mapped in {origin[force]} already: keep it in one file.")
            forces[force], origin[force] = mapping, file
    return ForceMappings(forces)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob("*.toml"))
    if not path.is_file():
        raise UserError(f"{path}: there is no such force mapping: give a TOML file or a folder of them.")
    return [path]


def _load(file: Path) -> Iterator[tuple[str, TypeMapping]]:
    try:
        text = file.read_text("utf-8")
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file}: {error}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read as UTF-8 text: {error}.") from None
    seen: set[str] = set()
    for name, table in tables.items():
        force = canonical_force(name)
        if force in seen:
            raise UserError(f"{_place(file, text, name)}: the force {force} has two tables: keep one.")
        seen.add(force)
        yield force, TypeMapping(dict(_types(file, text, name, table)))


def _types(file: Path, text: str, force: str, table: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(table, dict) or not isinstance(table.get("types", {}), dict):
        raise UserError(
            f'{_place(file, text, force)}: write [{force}.types] with lines such as "CR02" = "crime.theft".'
        )
    for option in table.keys() - OPTIONS:
        raise UserError(f"{_place(file, text, option)}: [{force}] has no option {option}.")
    first: dict[str, str] = {}
    for code, kind in table.get("types", {}).items():
        key = code.strip().casefold()
        if key in first:
            raise UserError(
                f"{_place(file, text, code)}: the codes {first[key]!r} and {code!r} differ only in case: keep one."
            )
        first[key] = code
        yield key, _checked(_place(file, text, code), key, code, kind)


def _checked(place: str, key: str, code: str, kind: Any) -> str:
    canonical = kind.strip().lower() if isinstance(kind, str) else kind
    if canonical not in CANONICAL_TYPES:
        raise UserError(f"{place}: {kind!r} is no canonical type; `monitor rulebook` lists them.")
    if key in CANONICAL_TYPES and key != canonical:
        raise UserError(f"{place}: {code!r} is a canonical type and means itself: give the force's own code.")
    return str(canonical)


def _place(file: Path, text: str, key: str) -> str:
    """`FILE, line N` of the last line that names this key."""
    named = re.compile(rf"""^\s*\[?\s*["']?{re.escape(key)}["']?\s*[.=\]]""")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if named.match(line)]
    return f"{file}, line {lines[-1]}" if lines else str(file)
