"""What has been read of a log or record, as a line of the contract; and whether the monitor could read it."""

from datetime import UTC, datetime
from typing import Any

from monitor.contract.codec import Unreadable, read
from monitor.contract.topics import Topic
from monitor.importers.tally import Tally
from monitor.importers.values import UnusableError

Part = dict[str, Any]
Line = dict[str, Any]


def snapshot(part: Part, earlier: int = 0) -> Line:
    """The revision is the second of `updated_at`: the same file gives the same events, a later version a higher one.

    `earlier` counts revisions back, for what other rows of the same incident say.
    """
    topic = Topic.CRIME_RECORDS if "crime_ref" in part else Topic.INCIDENTS
    revision = max(0, int(part["updated_at"].timestamp()) - earlier)
    return {"topic": topic.value, "value": _written({**part, "revision": revision})}


def heartbeat(force: str, feed: Topic, as_of: datetime) -> Line:
    return {"topic": Topic.HEARTBEATS.value, "value": {"force": force, "feed": feed.value, "as_of": _time(as_of)}}


def check(part: Part, tally: Tally, row: int) -> None:
    """Raises UnusableError where the monitor could not read it; counts the values that it would not know."""
    line = snapshot(part)
    try:
        event = read(Topic(line["topic"]), line["value"]).event
    except Unreadable as error:
        raise UnusableError(f"{error.field or line['topic']}_{error.reason}") from None
    for name in event.unmapped:
        tally.unknown[name].add(row)


def _written(part: Part) -> Part:
    """With its times as text; those of its reason or cancellation too."""
    return {name: _plain(value) for name, value in part.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _time(value)
    return _written(value) if isinstance(value, dict) else value


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
