"""Formats of times as exports write them: those of `strptime`, and the two words `iso` and `unix`."""

import re
from datetime import UTC, datetime
from functools import lru_cache

ISO, UNIX = "iso", "unix"
_PROBE = datetime(2016, 11, 29, 23, 58, 57, tzinfo=UTC)
_EXCEL_LIKE = re.compile(r"[dDmMyYhHs]{2,}")


def check_format(text: str) -> str:
    """The format itself. Raises ValueError where it cannot be read back, or would lose the day or the minute."""
    if text in {ISO, UNIX}:
        return text
    if "%" not in text and _EXCEL_LIKE.search(text):
        raise ValueError(f"{text!r} is no strptime format: write %d/%m/%Y %H:%M:%S and the like")
    try:
        back = datetime.strptime(_PROBE.strftime(text), text)  # noqa: DTZ007  the zone is settled later
    except ValueError as error:
        raise ValueError(f"{text!r} is no format of a time: {error}") from None
    if (back.year, back.month, back.day) != (2016, 11, 29):
        raise ValueError(f"{text!r} does not hold day, month and year")
    return text


@lru_cache(maxsize=1024)  # the times of a row are read for several fields
def parse(text: str, formats: tuple[str, ...]) -> datetime | None:
    """The time, naive where the text names no offset, by the first format that fits; None where none does."""
    for form in formats:
        try:
            if form == ISO:
                return datetime.fromisoformat(text)
            if form == UNIX:
                return datetime.fromtimestamp(float(text), UTC)
            return datetime.strptime(text, form)  # noqa: DTZ007  the zone is settled later
        except (ValueError, OverflowError, OSError):
            continue
    return None
