"""Which columns a mapping names and which words it may use: walked from its models, so that nothing is listed twice."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import BaseModel

from monitor.importers.cells import Cell, Condition, OffenceCode, PersonCell, Value

Path = tuple[str | int, ...]


class Named(NamedTuple):
    """A column, where the mapping names it, and what for."""

    path: Path
    column: str
    tells_person: bool
    stays_out: bool  # free text that only stands for itself in the source


def named_columns(part: object, path: Path = ()) -> Iterator[Named]:
    if isinstance(part, tuple):
        for index, item in enumerate(part):
            yield from named_columns(item, (*path, index))
    if not isinstance(part, BaseModel) or isinstance(part, OffenceCode):
        return
    if isinstance(part, Cell | PersonCell | Condition):
        columns = (part.column,) if isinstance(part.column, str) else part.column
        stays_out = isinstance(part, Value) and part.present is not None
        yield from (Named(path, column, isinstance(part, PersonCell), stays_out) for column in columns)
    for name in type(part).model_fields:
        yield from named_columns(getattr(part, name), (*path, name))


def offence_codes(part: object, path: Path = ()) -> Iterator[tuple[Path, OffenceCode]]:
    """Every offence that the tables of a mapping name."""
    if isinstance(part, OffenceCode):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from offence_codes(getattr(part, name), (*path, name))
    elif isinstance(part, dict | tuple):
        for key, item in part.items() if isinstance(part, dict) else enumerate(part):
            yield from offence_codes(item, (*path, key))


def words_of(model: type[BaseModel]) -> list[str]:
    """Every word that may stand left of an equals sign somewhere in it."""
    seen: list[type[BaseModel]] = [model]
    for each in seen:
        for field in each.model_fields.values():
            seen.extend(part for part in _models_in(field.annotation) if part not in seen)
    return sorted({field.alias or name for each in seen for name, field in each.model_fields.items()})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)


def nearest(word: str, words: list[str]) -> str:
    """A question to append to a sentence about a word that is not among these; blank where none is near."""
    near = get_close_matches(word, words, n=1, cutoff=0.7)
    return f" (did you mean {near[0]!r}?)" if near else ""
