"""What happens around one report: a log that is worked, records that are made, decisions; each event as it is sent."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from monitor.contract.topics import Topic
from monitor.rulebook.limits import deadline
from monitor.simulator.force import Force
from monitor.simulator.noise import ORDINARY, Noise, coordinates, place_of_record
from monitor.simulator.offences import CHANNELS, Reported, pick_of

Line = dict[str, Any]
Sent = tuple[datetime, Line]
LARGEST_LAG = 60.0  # seconds after which whatever a source knows has been sent


@dataclass
class Story:
    """`kind`, `fault`, `wrong_at` and `put_right_at` are the truth about it, which the monitor never sees."""

    force: Force
    number: int
    rng: Random
    begun: datetime  # the time of report
    noise_rng: Random = field(default_factory=lambda: Random(0))  # noqa: S311  so that noise changes no story
    noise: Noise = ORDINARY
    kind: str = ""
    fault: str | None = None
    sent: list[Sent] = field(default_factory=list)
    logs: list["Log"] = field(default_factory=list)
    crime: str | None = None  # the canonical type of the crime that was told, whatever the log says
    wrong_at: datetime | None = None
    put_right_at: datetime | None = None
    _records: int = 0
    _decisions: int = 0

    def after(self, least: float, most: float, time: datetime | None = None) -> datetime:
        """A time so many hours after another (else after the report), to the second."""
        seconds = self.rng.uniform(least * 3600, most * 3600)
        return (time or self.begun) + timedelta(seconds=round(seconds))

    @property
    def records(self) -> int:
        return self._records

    def send(self, topic: Topic, value: dict[str, Any], at: datetime) -> None:
        """Now and then a message is sent twice, as real feeds do."""
        line = {"topic": topic.value, "value": {**value, "force": self.force.name}}
        lag = timedelta(seconds=round(self.rng.uniform(1, LARGEST_LAG * 0.9), 3))
        self.sent.append((at + lag, line))
        if self.rng.random() < 0.02:
            self.sent.append((at + lag + timedelta(seconds=self.rng.uniform(60, 3600)), line))

    def log(self, type_: str, **fields: Any) -> "Log":
        self.logs.append(Log(self, self.force.ref("I", self.number, len(self.logs)), type_, fields))
        return self.logs[-1]

    def record(self, offence: dict[str, str], at: datetime, **fields: Any) -> "Record":
        self._records += 1
        return Record(self, self.force.ref("C", self.number, self._records - 1), offence, at, fields)

    def decide(self, log: "Log", action: str, at: datetime, **fields: Any) -> None:
        """By a registrar."""
        self._decisions += 1
        about = {
            "decision_id": self.force.ref("D", self.number, self._decisions - 1), "incident_ref": log.ref,
            "decided_at": written(at), "decided_by": "synthetic-registrar", "role": "fcr", "action": action,
        }  # fmt: skip
        self.send(Topic.DECISIONS, {**about, **fields}, at)

    def goes_wrong(self, at: datetime | None = None) -> None:
        """At this time, else at the deadline."""
        self.wrong_at = at or deadline(self.begun)

    def is_put_right(self, at: datetime) -> None:
        self.put_right_at = at

    def victim(self, **fields: Any) -> dict[str, Any]:
        return {"person_key": self.force.person(self.rng), "confirmed": True, **fields}

    def place(self) -> dict[str, Any]:
        beat = self.rng.choice(self.force.beats)
        return {"beat": beat, **coordinates(self.force.beats.index(beat), self.noise_rng, self.noise)}


class Log:
    """An incident log; each `revise` sends its whole state anew."""

    def __init__(self, story: Story, ref: str, type_: str, fields: dict[str, Any]) -> None:
        self.ref, self.type, self._story = ref, type_, story
        self.reported_at: datetime = fields.pop("reported_at", story.begun)
        self._value: dict[str, Any] = {
            "incident_ref": ref, "revision": 0, "reported_at": written(self.reported_at),
            "channel": pick_of(story.rng, CHANNELS), "status": "open", "closed_at": None,
            "opening_type": story.force.code(type_), "closing_type": None, "qualifiers": [], "reported_offences": [],
            "victims": [], "suspects": [], "dash_risk": None, "location": story.place(),
            "unit": story.rng.choice(story.force.units), "crime_refs": [], "duplicate_of": None,
            "no_crime_reason": None, **fields,
        }  # fmt: skip

    @property
    def victims(self) -> list[dict[str, Any]]:
        return list(self._value["victims"])

    @property
    def suspects(self) -> list[dict[str, Any]]:
        return list(self._value["suspects"])

    @property
    def place(self) -> dict[str, Any]:
        return dict(self._value["location"])

    @property
    def unit(self) -> str:
        return str(self._value["unit"])

    @property
    def channel(self) -> str:
        return str(self._value["channel"])

    @property
    def high_risk(self) -> bool:
        return bool(self._value["dash_risk"] == "high")

    @property
    def domestic(self) -> bool:
        return "domestic_abuse" in self._value["qualifiers"]

    def revise(self, at: datetime, **changes: Any) -> "Log":
        self._value = {**self._value, **changes, "revision": self._value["revision"] + 1, "updated_at": written(at)}
        self._story.send(Topic.INCIDENTS, self._value, at)
        return self

    def close(self, at: datetime, type_: str | None = None, **changes: Any) -> "Log":
        """As the type it was opened with, if none is named."""
        closing = self._story.force.code(type_) if type_ else self._value["opening_type"]
        return self.revise(at, status="closed", closed_at=written(at), closing_type=closing, **changes)


class Record:
    """A crime record, sent when it is made."""

    def __init__(self, story: Story, ref: str, offence: dict[str, str], at: datetime, fields: dict[str, Any]) -> None:
        self.ref, self._story = ref, story
        self._value: dict[str, Any] = {
            "crime_ref": ref, "revision": 0, "recorded_at": written(at), "incident_refs": [], "offence": offence,
            "victims": [], "suspects": [], "flags": [], "status": "recorded", "cancellation": None,
            "location": story.place(), "unit": story.rng.choice(story.force.units), **fields,
        }  # fmt: skip
        self.revise(at)

    def revise(self, at: datetime, **changes: Any) -> "Record":
        self._value = {**self._value, **changes, "revision": self._value["revision"] + 1, "updated_at": written(at)}
        self._story.send(Topic.CRIME_RECORDS, self._value, at)
        return self

    def cancel(self, at: datetime, code: str, **fields: Any) -> "Record":
        return self.revise(at, status="cancelled", cancellation={"code": code, "decided_at": written(at), **fields})


def open_log(story: Story, crime: Reported, **fields: Any) -> Log:
    """A log of this crime as the contact centre opens it, with its people, and domestic abuse where it is."""
    story.crime = story.crime or crime.type
    domestic = story.rng.random() < crime.domestic
    people: dict[str, Any] = {}
    if crime.has_victim:
        people["victims"] = [story.victim()]
        people["suspects"] = [_suspect(story, domestic)]
    if domestic:
        risk = story.rng.choices(["standard", "medium", "high"], [6, 3, 1])[0]
        people |= {"qualifiers": ["domestic_abuse"], "dash_risk": risk}
    log = story.log(crime.type, **{**people, **fields})
    return log.revise(log.reported_at + timedelta(seconds=story.rng.randrange(20, 240)))


def _suspect(story: Story, domestic: bool) -> dict[str, Any]:
    near = ["partner", "ex_partner", "family"] if domestic else ["acquaintance", "stranger"]
    return {"person_key": story.force.person(story.rng), "relationship": story.rng.choice(near)}


def record_of(log: Log, story: Story, offence: dict[str, str], at: datetime, **fields: Any) -> Record:
    """A record of what the log tells, with the link stated on the record; more or less as the log has it."""
    victims = fields.pop("victims", None) or [{"person_key": each["person_key"]} for each in log.victims[:1]]
    flags = ["domestic_abuse"] if log.domestic else []
    seen = _as_recorded(log, story, victims)
    return story.record(offence, at, **{"incident_refs": [log.ref], "flags": flags, **seen, **fields})


def _as_recorded(log: Log, story: Story, victims: list[dict[str, Any]]) -> dict[str, Any]:
    rng, noise = story.noise_rng, story.noise
    named = rng.random() >= noise.no_victim_key
    suspects = [{"person_key": each["person_key"]} for each in log.suspects if rng.random() < noise.suspect_named]
    seen: dict[str, Any] = {"victims": victims if named else [{} for _ in victims], "suspects": suspects}
    beat = rng.choice(story.force.beats)
    seen["location"] = place_of_record(log.place, {"beat": beat}, rng, noise)
    seen["unit"] = log.unit if rng.random() < noise.same_unit else rng.choice(story.force.units)
    return seen


def written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
