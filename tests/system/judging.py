"""The pure judgement of the same lines, to hold the stream against."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from monitor.compliance.batch import Batch
from monitor.contract.codec import read
from monitor.contract.topics import Topic
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.settings import Settings
from tests.builders import Line
from tests.system.running import Verdict, messages


def assessed(lines: Iterable[Line], now: datetime, settings: Settings) -> list[dict[str, Any]]:
    batch = Batch()
    for line in lines:
        batch.add(read(Topic(line["topic"]), line["value"]))
    mappings = load_mappings(settings.force_mappings)
    return [orjson.loads(verdict.to_json()) for verdict in batch.verdicts(load_rulebook(), mappings, now)]


def unlike(found: Mapping[str, Verdict], expected: Mapping[str, Verdict]) -> dict[str, Any]:
    """By key, the fields in which two sets of verdicts differ: what was found, what was expected."""
    return {
        key: {
            field: (found.get(key, {}).get(field), expected.get(key, {}).get(field))
            for field in found.get(key, {}).keys() | expected.get(key, {}).keys()
            if found.get(key, {}).get(field) != expected.get(key, {}).get(field)
        }
        for key in sorted(found.keys() | expected.keys())
        if found.get(key) != expected.get(key)
    }


def every_alert_was_told(settings: Settings, verdicts: dict[str, Verdict]) -> None:
    """Each change of each incident, in order; what came twice is the same to the letter, its id included."""
    told: dict[str, dict[int, bytes]] = defaultdict(dict)
    for each in messages(settings, Topic.ALERTS):
        content = each.value or b""
        incident, _, number = each.headers["id"].rpartition("/")
        assert orjson.loads(content)["id"] == each.headers["id"]
        before = told[incident].setdefault(int(number), content)
        assert before == content, "a repeat that is not one"
    assert all(sorted(changes) == list(range(1, len(changes) + 1)) for changes in told.values())
    last = [orjson.loads(changes[max(changes)]) for changes in told.values()]
    firing = {f"{one['force']}:{one['incident_ref']}" for one in last if one["alert"] == "firing"}
    assert firing == {key for key, verdict in verdicts.items() if verdict["alert"] == "firing"}
    assert len(firing) > 5
