"""A mapping file to a checked `Mapping`, or one sentence that names file and line."""

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.contract.codec import read_offence
from monitor.errors import UserError
from monitor.importers import naming
from monitor.importers.naming import Named, nearest
from monitor.importers.spec import Mapping
from monitor.importers.toml_lines import line_of
from monitor.rulebook.edition import load_rulebook


class MappingError(UserError):
    """A mapping that cannot be used: one sentence that names file and line."""


class MappingFile:
    """A mapping with the text it came from, so that whatever turns out wrong later can name the line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text = _read(path)
        self.mapping = self._checked()
        self.named: list[Named] = list(naming.named_columns(self.mapping))
        self._check_persons()
        self._check_offences()

    @property
    def types_path(self) -> Path | None:
        return None if self.mapping.types is None else self.path.parent / self.mapping.types

    @property
    def persons(self) -> set[str]:
        return {named.column for named in self.named if named.tells_person}

    def check_header(self, header: list[str], source: str) -> None:
        """Raises where a named column is not in the header of the export, or stands there twice."""
        for path, column, *_ in self.named:
            if column not in header:
                raise self._error(f"{source} has no column {column!r}{_hint(column, header)}", path, column)
            if header.count(column) > 1:
                raise self._error(
                    f"the column {column!r} stands {header.count(column)} times in {source}", path, column
                )

    def _error(self, sentence: str, at: naming.Path, holding: str | None = None) -> MappingError:
        return MappingError(f"{self.path}, line {line_of(self._text, at, holding)}: {sentence}.")

    def _checked(self) -> Mapping:
        try:
            return Mapping.model_validate(tomllib.loads(self._text))
        except tomllib.TOMLDecodeError as error:
            raise MappingError(f"{self.path} is not TOML: {error}.") from None
        except ValidationError as error:
            first = _most_telling(error.errors(include_url=False))
            raise self._error(_sentence(first), first["loc"], _quoted(first["msg"])) from None

    def _check_persons(self) -> None:
        """A column that tells a person must not serve anything else: its text would stand in the events."""
        for path, column, tells_person, _ in self.named:
            if not tells_person and column in self.persons:
                raise self._error(f"the column {column!r} tells a person, so it cannot be used here too", path, column)

    def _check_offences(self) -> None:
        for path, code in naming.offence_codes(self.mapping):
            facts = load_rulebook().offences.facts(read_offence(code.ho_code, code.category))
            if facts.unknown:
                named = " ".join(text for text in (code.category, code.ho_code) if text)
                raise self._error(f"{named!r} is no offence of the Home Office list", path, f'"{code.category or ""}')


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise MappingError(f"The mapping {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise MappingError(f"The mapping {path} is not UTF-8 text.") from None


def _most_telling(errors: list[ErrorDetails]) -> ErrorDetails:
    """A word that is misspelt is also missing: the misspelling is what the user can see."""
    return next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])


def _quoted(message: str) -> str | None:
    """The value that a sentence begins with, which finds its line."""
    found = re.match(r"Value error, '([^']*)'", message)
    return found[1] if found else None


def _sentence(error: ErrorDetails) -> str:
    name = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return f"{name} is no entry of a mapping{nearest(str(error['loc'][-1]), naming.words_of(Mapping))}"
        case "missing":
            return f"{name} is missing"
        case "value_error":
            return f"{name} {error['msg'].removeprefix('Value error, ')}".strip()
        case _:
            return f"{name}: {error['msg'][0].lower()}{error['msg'][1:]}"


def _hint(column: str, header: list[str]) -> str:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|,"):
        return "; its header is a single column, so say in [csv] which delimiter it has"
    return nearest(column, header)
