"""How times and codes are said. Times are London's: that is what stands on every log and clock in the room."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_ABBREVIATIONS = {"asb", "rtc"}
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def moment(at: datetime) -> str:
    """14 January 2026, 9:02pm"""
    local = at.astimezone(LONDON)
    return f"{day(at)}, {local:%I:%M}".replace(", 0", ", ") + f"{local:%p}".lower()


def day(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


def machine_time(at: datetime) -> str:
    """For <time datetime>."""
    return at.isoformat().replace("+00:00", "Z")


def duration(time: timedelta) -> str:
    """As a person says it: 12 minutes, 3 hours 5 minutes, 2 days 4 hours, 9 days."""
    minutes = int(abs(time) / timedelta(minutes=1))
    days, hours, left = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days >= 7:
        return _count(days, "day")
    if days:
        return _joined(_count(days, "day"), hours and _count(hours, "hour"))
    if hours:
        return _joined(_count(hours, "hour"), hours < 6 and left and _count(left, "minute"))
    return _count(minutes, "minute") if minutes else "less than a minute"


def time_left(deadline: datetime, now: datetime) -> str:
    return f"{duration(deadline - now)} {'left' if deadline >= now else 'overdue'}"


def number(value: int) -> str:
    return f"{value:,}"


def counted(value: int, one: str, more: str = "") -> str:
    """1 incident, 1,204 incidents"""
    return f"{value:,} {one if value == 1 else more or one + 's'}"


def spoken(code: str) -> str:
    """A code of ours as words: crime.coercive_control -> Coercive control"""
    words = code.rpartition(".")[2].replace("_", " ")
    abbreviation, _, rest = words.partition(" ")
    return f"{abbreviation.upper()} {rest}" if abbreviation in _ABBREVIATIONS else words[:1].upper() + words[1:]


def force_name(force: str) -> str:
    """west-mercia -> West Mercia"""
    return " ".join(part.capitalize() if part != "and" else part for part in force.split("-"))


def _count(value: int, unit: str) -> str:
    return f"{value} {unit}{'' if value == 1 else 's'}"


def _joined(*parts: Any) -> str:
    return " ".join(part for part in parts if part)


FILTERS = {
    "moment": moment,
    "day": day,
    "machine_time": machine_time,
    "duration": duration,
    "time_left": time_left,
    "number": number,
    "counted": counted,
    "spoken": spoken,
    "force_name": force_name,
}
