"""What a mapping file may say, as a whole. Every entry is explained to its writer in examples/README.md."""

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from monitor.contract.events import REASON_CODES
from monitor.contract.identity import canonical_force
from monitor.contract.reading import CHANNELS
from monitor.importers.cells import Condition, Flag, Offence, Person, Strict, Text, Time, Value, one_of
from monitor.importers.formats import check_format


class Place(Strict):
    lsoa: Text | None = None
    beat: Text | None = None
    lat: Text | None = None
    lon: Text | None = None


class Party(Strict):
    """One victim or suspect that a row can name. Without a person it says only what is known of one."""

    person: Person | None = None
    when: Condition | None = None


class LogVictim(Party):
    confirmed: Flag | None = None
    vulnerable: Flag | None = None
    age_band: one_of("child", "adult", "older") | None = None  # type: ignore[valid-type]


class LogSuspect(Party):
    relationship: one_of("partner", "ex_partner", "family", "acquaintance", "stranger") | None = None  # type: ignore[valid-type]


class Reason(Strict):
    code: one_of(*REASON_CODES) | None = None  # type: ignore[valid-type]
    rationale: Text | None = None
    decided_by_role: Text | None = None
    decided_at: Time | None = None
    supervisor_reviewed: Flag | None = None
    victim_informed_at: Time | None = None
    related_ref: Text | None = None
    receiving_force_ref: Text | None = None


class Cancellation(Strict):
    code: one_of("c1", "c2", "c3", "c4", "c5") | None = None  # type: ignore[valid-type]
    decided_by_role: one_of("officer", "supervisor", "ddm", "fcr") | None = None  # type: ignore[valid-type]
    decided_at: Time | None = None
    independent: Flag | None = None
    victim_informed_at: Time | None = None
    receiving_force_ref: Text | None = None
    related_ref: Text | None = None


class Incident(Strict):
    ref: Text
    reported_at: Time
    updated_at: Time | None = None  # the latest of its columns counts
    closed_at: Time | None = None
    status: one_of("open", "closed") | None = None  # type: ignore[valid-type]
    channel: one_of(*CHANNELS) = Value(value="other")  # type: ignore[valid-type]
    opening_type: Text | None = None
    closing_type: Text | None = None
    qualifiers: tuple[Text, ...] = ()
    reported_offences: tuple[Offence, ...] = ()
    victims: tuple[LogVictim, ...] = ()
    suspects: tuple[LogSuspect, ...] = ()
    dash_risk: one_of("standard", "medium", "high") | None = None  # type: ignore[valid-type]
    location: Place | None = None
    unit: Text | None = None
    crime_refs: Text | None = None
    duplicate_of: Text | None = None
    no_crime_reason: Reason | None = None


class Crime(Strict):
    ref: Text
    recorded_at: Time
    updated_at: Time | None = None
    when: tuple[Condition, ...] = ()  # a row makes a crime record only if all hold
    incident_refs: Text | None = None  # beside the incident of the same row
    offence: Offence | None = None
    victims: tuple[Party, ...] = ()
    suspects: tuple[Party, ...] = ()
    flags: tuple[Text, ...] = ()
    status: one_of("recorded", "cancelled") = Value(value="recorded")  # type: ignore[valid-type]
    cancellation: Cancellation | None = None
    location: Place | None = None
    unit: Text | None = None


class Csv(Strict):
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str | None = None


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError
        raise ValueError(f"{name!r} is no time zone: write Europe/London, America/Chicago and the like") from None
    return name


class Times(Strict):
    zone: Annotated[str, AfterValidator(_zone)]
    formats: tuple[Annotated[str, AfterValidator(check_format)], ...] = Field(min_length=1)
    ambiguous: Literal["earlier", "later", "unusable"] = "earlier"  # the hour that comes twice in autumn
    nonexistent: Literal["forward", "unusable"] = "forward"  # the hour that is left out in spring


class Persons(Strict):
    unknown: tuple[str, ...] = ()  # what is written where nobody is known: such a person has no key


class Mapping(Strict):
    force: Annotated[str, AfterValidator(canonical_force), Field(min_length=1)]
    types: str | None = None  # the force mapping (TOML), beside this file
    rows: Literal["together", "anywhere"] = "anywhere"  # where the rows of one incident stand
    heartbeats: Literal["latest"] | None = None
    csv: Csv = Csv()
    times: Times
    persons: Persons = Persons()
    incident: Incident | None = None
    crime: Crime | None = None

    @model_validator(mode="after")
    def _makes_something(self) -> Self:
        if self.incident is None and self.crime is None:
            raise ValueError("has neither [incident] nor [crime]: it would make nothing")
        return self
