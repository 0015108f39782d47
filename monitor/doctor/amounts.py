"""Numbers as a tired reader takes them in."""

from collections.abc import Iterable
from datetime import timedelta

_STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


def span(length: timedelta) -> str:
    """Of a length of time, the largest unit that it fills twice over, or seconds."""
    seconds = abs(length.total_seconds())
    for unit, name in _STEPS:
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def size(number: int) -> str:
    for unit, name in ((2**30, "GiB"), (2**20, "MiB")):
        if number >= unit:
            return f"{number / unit:.1f} {name}"
    return f"{number} bytes"


def some(names: Iterable[str], most: int = 5) -> str:
    """The first few, and how many more."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def number_of(count: int, one: str, many: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{count} {many or one + 's'}"
