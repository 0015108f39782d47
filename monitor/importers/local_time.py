"""Local times to UTC, with the two hours of the year that a clock on the wall does not tell rightly."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor.importers.formats import parse
from monitor.importers.spec import Times
from monitor.importers.tally import Tally


class UnusableTimeError(Exception):
    """Its text is the reason, without the value."""


@dataclass
class LocalTimes:
    rules: Times
    tally: Tally

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.rules.zone)

    def read(self, text: str, formats: tuple[str, ...], row: int, not_before: datetime | None = None) -> datetime:
        """The time in UTC. Where the hour came twice and the earlier would lie before `not_before`, it is the later."""
        time = parse(text, formats or self.rules.formats)
        if time is None:
            raise UnusableTimeError("is in none of the formats")
        try:
            return self._settled(time, row, not_before) if time.tzinfo is None else time.astimezone(UTC)
        except OverflowError:
            raise UnusableTimeError("is out of range") from None

    def _settled(self, time: datetime, row: int, not_before: datetime | None) -> datetime:
        first, second = (time.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
        ahead, behind = first.utcoffset(), second.utcoffset()
        if ahead == behind:
            return first.astimezone(UTC)
        if ahead is not None and behind is not None and ahead < behind:
            return self._nonexistent(first, row)
        return self._ambiguous(first.astimezone(UTC), second.astimezone(UTC), row, not_before)

    def _nonexistent(self, first: datetime, row: int) -> datetime:
        """Moved on by the hour that was left out: 01:30 is read as 02:30."""
        self.tally.nonexistent.add(row)
        if self.rules.nonexistent == "unusable":
            raise UnusableTimeError("never was: the clocks went forward")
        return first.astimezone(UTC)

    def _ambiguous(self, first: datetime, second: datetime, row: int, not_before: datetime | None) -> datetime:
        self.tally.ambiguous.add(row)
        if self.rules.ambiguous == "unusable":
            raise UnusableTimeError("came twice: the clocks went back")
        too_early = not_before is not None and first < not_before
        return second if too_early or self.rules.ambiguous == "later" else first
