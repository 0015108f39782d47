"""Events of a synthetic force made rougher than the simulator makes them, to learn and to measure matching on.

These are mistakes that would themselves give findings, so the simulator plants none of them. The shares are assumed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from monitor.contract.topics import Topic
from monitor.contract.verdict import rfc3339

Line = dict[str, Any]
_CRIMES, _INCIDENTS = Topic.CRIME_RECORDS.value, Topic.INCIDENTS.value


@dataclass(frozen=True)
class Roughness:
    """Shares of crime records."""

    other_victim: float = 0.03  # somebody else than on the log, such as whoever called
    other_suspect: float = 0.08
    other_offence: float = 0.06  # that of any other record
    unflagged: float = 0.12  # domestic abuse that is not flagged
    much_later: float = 0.02  # recorded 1 to 20 days later than it was
    before: float = 0.02  # recorded up to 4 hours earlier than it was, which may be before the log was opened
    reported: float = 0.15  # of logs: with the offence that was then recorded


ORDINARY = Roughness()


def roughened(lines: Iterable[Line], seed: int, by: Roughness = ORDINARY) -> Iterator[Line]:
    """The same for each revision of a record or log."""
    lines = [*lines]
    records = [line["value"] for line in lines if line["topic"] == _CRIMES]
    told = _told(records, seed, by)
    others = [record for record in records if record["victims"] and record["victims"][0].get("person_key")]
    for line in lines:
        value = line["value"]
        if line["topic"] == _CRIMES:
            yield {**line, "value": {**value, **_rough(value, others, _rng(seed, value["crime_ref"]), by)}}
        elif line["topic"] == _INCIDENTS and value["incident_ref"] in told:
            yield {**line, "value": {**value, "reported_offences": [told[value["incident_ref"]]]}}
        else:
            yield line


def _told(records: Iterable[Line], seed: int, by: Roughness) -> dict[str, dict[str, str]]:
    """The offence that a log reports, by its reference."""
    pairs = ((ref, record["offence"]) for record in records for ref in record["incident_refs"])
    return {ref: offence for ref, offence in pairs if _rng(seed, f"told {ref}").random() < by.reported}


def _rough(record: Line, others: list[Line], rng: Random, by: Roughness) -> Line:
    other_victim, other_suspect, other_offence, unflagged, otherwise = (rng.random() for _ in range(5))
    somebody, somebody_else, another = (rng.choice(others) for _ in range(3))
    changed: Line = {}
    if other_victim < by.other_victim and record["victims"]:
        changed["victims"] = somebody["victims"]
    if other_suspect < by.other_suspect and record["suspects"]:
        changed["suspects"] = somebody_else["victims"]
    if other_offence < by.other_offence:
        changed["offence"] = another["offence"]
    if unflagged < by.unflagged:
        changed["flags"] = []
    if otherwise < by.much_later:
        changed["recorded_at"] = _moved(record["recorded_at"], rng.uniform(1, 20))
    elif otherwise < by.much_later + by.before:
        changed["recorded_at"] = _moved(record["recorded_at"], -rng.uniform(0, 4) / 24)
    return changed


def _moved(at: str, days: float) -> str:
    return str(rfc3339(datetime.fromisoformat(at) + timedelta(seconds=round(days * 86400))))


def _rng(seed: int, what: str) -> Random:
    return Random(f"{seed}/rough/{what}")  # noqa: S311  reproducible on purpose, and no secret
