"""The controls of a form, and how each is taken out of what was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from monitor.web.words import LONDON

Sent = Mapping[str, Sequence[str]]  # the fields of a form as they were sent, each with all its values


class Kind(StrEnum):
    TEXT = "text"
    PROSE = "prose"
    WHOLE = "whole"
    MOMENT = "moment"
    ONE_OF = "one_of"
    SOME_OF = "some_of"
    FIXED = "fixed"


class Choice(NamedTuple):
    value: str
    text: str
    hint: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Field:
    name: str  # as the contract calls it
    label: str
    kind: Kind
    hint: str = ""
    missing: str = ""  # what is said where it is not given; empty: it need not be
    choices: tuple[Choice, ...] = ()
    most: int = 256  # characters
    value: Any = None  # what stands in it at first
    shown: str = ""  # of a fixed one: what is shown in its place


class Wrong(Exception):  # noqa: N818 - said beside the field
    """What was sent in a field cannot be used; the text says what to do."""


EARLIEST_YEAR, LATEST_YEAR = 1900, 2999  # what lies beyond is a slip of the hand: 26 is no year
PARTS_OF_MOMENT = ("day", "month", "year", "hour", "minute")


@dataclass
class Read:
    """A form as it was read: the values of the contract, and what is wrong by field."""

    values: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def read_form(fields: Sequence[Field], sent: Sent) -> Read:
    read = Read()
    for each in fields:
        try:
            value = _READERS[each.kind](each, sent)
        except Wrong as wrong:
            read.wrong[each.name] = str(wrong)
            continue
        if value not in (None, "", []):
            read.values[each.name] = value
        elif each.missing:
            read.wrong[each.name] = each.missing
    return read


def names_of(each: Field) -> list[str]:
    """The names under which its values are sent."""
    return [f"{each.name}-{part}" for part in PARTS_OF_MOMENT] if each.kind is Kind.MOMENT else [each.name]


def parts_of(value: datetime | None) -> dict[str, str]:
    """A time as it stands in the parts of its control, London's."""
    if value is None:
        return {}
    local = value.astimezone(LONDON)
    return {part: str(getattr(local, part)) if part != "minute" else f"{local.minute:02d}" for part in PARTS_OF_MOMENT}


def first(sent: Sent, name: str) -> str:
    values = sent.get(name, ())
    return values[0].strip() if values else ""


def _text(each: Field, sent: Sent) -> str:
    text = first(sent, each.name).replace("\r\n", "\n")
    if len(text) > each.most:
        raise Wrong(f"Use {each.most:,} characters or fewer; these are {len(text):,}")
    return text


def _whole(each: Field, sent: Sent) -> int | None:
    text = first(sent, each.name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1000):
        raise Wrong("Enter a whole number from 1 to 1,000")
    return int(text)


def _one_of(each: Field, sent: Sent) -> str:
    text = first(sent, each.name)
    if text and text not in {choice.value for choice in each.choices}:
        raise Wrong("Choose one of these")
    return text


def _some_of(each: Field, sent: Sent) -> list[str]:
    known = {choice.value for choice in each.choices}
    return [value for value in sent.get(each.name, ()) if value in known]


def _fixed(each: Field, sent: Sent) -> str:
    return str(each.value or "")


def _moment(each: Field, sent: Sent) -> str | None:
    """An RFC 3339 time. In the hour that autumn has twice, the first."""
    parts = [first(sent, name) for name in names_of(each)]
    if not any(parts):
        return None
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        raise Wrong("Enter day, month, year, hour and minute in numbers, such as 14 1 2026 21 02")
    day, month, year, hour, minute = map(int, parts)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise Wrong("Enter the year in four digits, such as 2026")
    try:
        local = datetime(year, month, day, hour, minute, tzinfo=LONDON)
        at = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong("Enter a date and time that exist") from None
    if at.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Wrong("Enter a time that exists: the clocks went forward then")
    return at.isoformat().replace("+00:00", "Z")


_READERS = {
    Kind.TEXT: _text,
    Kind.PROSE: _text,
    Kind.WHOLE: _whole,
    Kind.MOMENT: _moment,
    Kind.ONE_OF: _one_of,
    Kind.SOME_OF: _some_of,
    Kind.FIXED: _fixed,
}
