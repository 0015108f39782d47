"""How single values are read: strictly where a message would mean nothing without them, leniently where it still does.

A strict reader raises `PydanticCustomError` whose type is one of the reasons of `codec.Unreadable`. A lenient one reads
what it does not know as null (or `other`) and notes the field in the validation context, so that a finding can say so.
Most values come in their canonical form: what is `AtOnce` is told from the rest without a call of Python.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from monitor.contract.identity import (
    MOST_CHARACTERS,
    canonical_category,
    canonical_code,
    canonical_force,
    canonical_ref,
    not_too_long,
    slug,
)

# Every limit of the rules (24 h, 72 h, 3 months) can be added to a time in between, and taken from it.
EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_MOST_TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)  # the form most have: Python reads it faster
_NAIVE = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?)?", re.ASCII)


class AtOnce:
    """Takes what fits `canonical` as it is; all else goes to the reader before it, which must read the first alike."""

    CANONICAL, AS_GIVEN = "<canonical>", "<as given>"  # what a failed field is called by either, after its name

    def __init__(self, canonical: CoreSchema) -> None:
        self.canonical = canonical

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices: list[CoreSchema | tuple[CoreSchema, str]] = [
            (self.canonical, self.CANONICAL),
            (handler(source), self.AS_GIVEN),
        ]
        return core_schema.union_schema(choices, mode="left_to_right")

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        reader, _ = schema["choices"][1]
        return handler(reader)


def refuse(reason: str, sentence: str) -> PydanticCustomError:
    return PydanticCustomError(reason, "{sentence}", {"sentence": sentence})


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value == []


def read_time(value: object) -> datetime:
    """An RFC 3339 time with an offset, in UTC, to the microsecond. Refused: naive, or outside the years 2 to 9998."""
    if isinstance(value, str):
        return _time_in_range(value)
    return value if isinstance(value, datetime) else _time_in_range(read_text(value))


def read_end(value: object) -> datetime:
    """As `read_time`; but what lies too far ahead, as many systems write "not yet", is as far ahead as can be."""
    if isinstance(value, str):
        return _end_in_range(value)
    return value if isinstance(value, datetime) else _end_in_range(read_text(value))


@lru_cache(maxsize=16384)  # one time comes again and again: in each revision of a log, at merge and at review
def _time_in_range(value: str) -> datetime:
    return _in_range(_parse_time(value))


@lru_cache(maxsize=16384)
def _end_in_range(value: str) -> datetime:
    return _in_range(min(_parse_time(value), LATEST - timedelta(microseconds=1)))


def _parse_time(value: str) -> datetime:
    if _MOST_TIMES.fullmatch(value):
        with suppress(ValueError):  # a day that does not exist, a leap second: see below
            return datetime.fromisoformat(value)
    text = read_text(value)
    found = _RFC_3339.fullmatch(text)
    if not found:
        naive = _NAIVE.fullmatch(text)
        raise refuse("bad_time", "is a time without an offset" if naive else "is not an RFC 3339 time with an offset")
    return _utc(*found.groups())


def _utc(day: str, minute: str, second: str, fraction: str | None, offset: str) -> datetime:
    """Digits beyond the microsecond are cut; a leap second is the first of the next minute."""
    leap = second == "60"
    text = f"{day}T{minute}:{'59' if leap else second}.{(fraction or '')[:6].ljust(6, '0')}{offset.upper()}"
    try:
        return datetime.fromisoformat(text).astimezone(UTC) + timedelta(seconds=leap)
    except (ValueError, OverflowError):
        raise refuse("bad_time", "is not a time that exists") from None


def _in_range(time: datetime) -> datetime:
    if not EARLIEST <= time < LATEST:
        raise refuse("out_of_range", "is too far off for a recording limit to be added to it")
    return time


def read_text(value: object) -> str:
    """A required text: trimmed, not blank."""
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        blank = is_blank(value)
        raise refuse("missing_field", "is missing or blank") if blank else refuse("wrong_type", "is not text")
    if "\x00" in text:
        raise refuse("bad_text", "holds a NUL character")
    return text


def read_name(canonical: Callable[[str], str]) -> Callable[[object], str]:
    """A reader of required names (forces, references, ids), in their canonical form."""

    @lru_cache(maxsize=16384)  # a log's name comes again with each revision and each crime record
    def read_known(value: str) -> str:
        text = read_text(value)
        try:
            return canonical(text)
        except ValueError as error:
            raise refuse("bad_name", str(error)) from None

    return lambda value: read_known(value) if isinstance(value, str) else read_text(value)


def optional(read: Callable[[object], Any]) -> Callable[[object], Any]:
    """Missing, null, a blank string and an empty list are the same thing: None.

    Types made with it are written `Annotated[X | None, …] | None`: the outer None is seen by pydantic itself, which
    spares the call for a field that is null, as most are.
    """

    def read_optional(value: object) -> Any:
        if isinstance(value, str):
            return read(value) if value.strip() else None
        return None if is_blank(value) else read(value)

    return read_optional


def each(read: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    """A reader of lists: null is an empty one, blank items are left out, a repeated one is kept once, in order."""

    def read_list(value: object) -> tuple[str, ...]:
        if not value and is_blank(value):
            return ()
        if not isinstance(value, list | tuple):
            raise refuse("wrong_type", "is not a list")
        return tuple(dict.fromkeys(read(item) for item in value if not is_blank(item)))

    return read_list


def strictly(*known: str) -> Callable[[object], str]:
    """One of these values; any other makes the message unreadable."""

    def read(value: object) -> str:
        name = slug(read_text(value))
        if name not in known:
            raise refuse("unknown_value", f"is none of {', '.join(known)}")
        return name

    return read


def leniently(*known: str, otherwise: str | None = None) -> Callable[[object, ValidationInfo], str | None]:
    """One of these values; any other is read as `otherwise` and noted in the context."""
    values = frozenset(known)

    def read(value: object, info: ValidationInfo) -> str | None:
        name = slug(value) if isinstance(value, str) else ""
        if name in values:
            return name
        if is_blank(value):
            return None
        note(info)
        return otherwise

    return read


def note(info: ValidationInfo) -> None:
    """Remember that this field holds a value nobody knows."""
    if info.context is not None:
        info.context.append(info.field_name)


def read_channel(value: object, info: ValidationInfo) -> str:
    """A missing channel is noted as an unknown one is; one that is not text makes the message unreadable."""
    name = slug(value) if isinstance(value, str) else ""
    if name in CHANNELS:
        return name
    if not is_blank(value) and not isinstance(value, str):
        raise refuse("wrong_type", "is not text")
    note(info)
    return "other"


def read_code(value: object) -> str | None:
    return canonical_code(value) if isinstance(value, str) else None


def read_category(value: object) -> str | None:
    return canonical_category(value) if isinstance(value, str) else "?"


def read_object(value: object) -> object:
    if isinstance(value, dict):
        return value or None
    if not is_blank(value):
        raise refuse("wrong_type", "is not an object")
    return None


def read_required_object(value: object) -> object:
    found = {} if value == {} else read_object(value)
    if found is None:
        raise refuse("wrong_type", "is not an object")
    return found


def read_objects(value: object) -> object:
    """A required list of objects; null is an empty one, blank items are left out."""
    if type(value) is list and all(type(item) is dict and item for item in value):
        return value
    if not value and is_blank(value):
        return ()
    if not isinstance(value, list | tuple):
        raise refuse("wrong_type", "is not a list")
    return tuple(item for item in map(read_object, value) if item is not None)


def read_whole(value: object) -> int:
    """A whole number that a database can hold; text, fractions and booleans are refused."""
    if value is None:
        raise refuse("missing_field", "is missing")
    if type(value) is not int:
        raise refuse("wrong_type", "is not a whole number")
    if not 0 <= value < 2**63:
        raise refuse("out_of_range", "is negative" if value < 0 else "is too large")
    return value


def read_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise refuse("wrong_type", "is neither true nor false")
    return value


def read_degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse("wrong_type", "is not a number")
    return float(value)


CHANNELS = (
    "999", "101", "online", "front_counter", "officer", "email", "professional_third_party", "parent_or_carer",
    "third_party", "other_force", "nrm", "sarc", "other",
)  # fmt: skip


def one_of(*known: str) -> WithJsonSchema:
    """For the schema of a strict value."""
    return WithJsonSchema({"type": "string", "enum": list(known)})


class best_of(AtOnce):  # noqa: N801 - stands beside `one_of`
    """For a lenient value: these are known; any other text is read as null (or `other`) and noted."""

    def __init__(self, *known: str, written: Callable[[str], str] = str) -> None:
        super().__init__(core_schema.literal_schema([*known]))
        self._schema = {"anyOf": [{"enum": [written(each) for each in known]}, {"type": "string"}]}

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self._schema


_TIME = WithJsonSchema({"type": "string", "format": "date-time"})
_SOME_TEXT = WithJsonSchema({"type": "string", "minLength": 1})


def fitting(pattern: str) -> AtOnce:
    """`pattern` as Rust reads it; of ASCII alone, so that it means the same to both."""
    return AtOnce(core_schema.str_schema(pattern=pattern, strict=True))


def literally(*known: str) -> AtOnce:
    return AtOnce(core_schema.literal_schema([*known]))


def _at_most_one(item: AtOnce) -> AtOnce:
    """Of more, one may be there twice. It stops at the first that does not fit: there may be half a million."""
    return AtOnce(core_schema.tuple_schema([item.canonical], variadic_item_index=0, max_length=1, fail_fast=True))


_PLAIN_TEXT = fitting(r"^[!-~](?:[ -~]*[!-~])?$")
_PLAIN_REF = fitting(rf"^[!-`{{-~]{{1,{MOST_CHARACTERS}}}$")
_PLAIN_SLUG = fitting(r"^[a-z0-9]+(?:_[a-z0-9]+)*$")


Time = Annotated[datetime, BeforeValidator(read_time), _TIME]
OptionalTime = Annotated[datetime | None, BeforeValidator(optional(read_end))] | None
Text = Annotated[str, BeforeValidator(read_text), _PLAIN_TEXT, _SOME_TEXT]
OptionalText = Annotated[str | None, BeforeValidator(optional(read_text)), _PLAIN_TEXT] | None
Force = Annotated[str, BeforeValidator(read_name(canonical_force)), _SOME_TEXT]
Ref = Annotated[str, BeforeValidator(read_name(canonical_ref)), _SOME_TEXT]
OptionalRef = Annotated[str | None, BeforeValidator(optional(read_name(canonical_ref))), _PLAIN_REF] | None
Id = Annotated[str, BeforeValidator(read_name(not_too_long)), _SOME_TEXT]  # as it stands, whatever its case
Refs = Annotated[tuple[str, ...], BeforeValidator(each(read_name(canonical_ref))), _at_most_one(_PLAIN_REF)]
Slugs = Annotated[
    tuple[str, ...], BeforeValidator(each(lambda value: slug(read_text(value)))), _at_most_one(_PLAIN_SLUG)
]
OptionalFlag = (
    Annotated[bool | None, BeforeValidator(optional(read_flag)), AtOnce(core_schema.bool_schema(strict=True))] | None
)
Whole = Annotated[int, BeforeValidator(read_whole), WithJsonSchema({"type": "integer", "minimum": 0})]
OptionalWhole = Annotated[int | None, BeforeValidator(optional(read_whole))] | None
OptionalDegrees = (
    Annotated[float | None, BeforeValidator(optional(read_degrees)), AtOnce(core_schema.float_schema(strict=True))]
    | None
)
