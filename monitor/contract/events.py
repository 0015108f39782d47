"""The events that come in: snapshots of incident logs and crime records, registrars' decisions, feed heartbeats.

Every one is frozen and holds canonical values only; `unmapped` names the fields whose value nobody knows. They
are dataclasses with slots, for many thousands are kept, and a model of pydantic takes more than twice as much.
"""

from dataclasses import dataclass, field, fields
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, FailFast, Field, ValidationInfo, model_validator
from pydantic.json_schema import SkipJsonSchema

from monitor.contract.reading import (
    CHANNELS,
    Force,
    Id,
    OptionalDegrees,
    OptionalFlag,
    OptionalRef,
    OptionalText,
    OptionalTime,
    OptionalWhole,
    Ref,
    Refs,
    Slugs,
    Text,
    Time,
    Whole,
    best_of,
    fitting,
    is_blank,
    leniently,
    literally,
    one_of,
    read_category,
    read_channel,
    read_code,
    read_object,
    read_objects,
    read_required_object,
    refuse,
    strictly,
)

REASON_CODES = (
    "victim_declined", "victim_not_traced", "other_force", "duplicate", "continuation", "contrary_evidence",
    "not_notifiable", "points_to_prove_not_met", "police_complaint", "schools_protocol", "prison", "sarc_anonymous",
)  # fmt: skip
TOO_FEW_CODES = (
    "fewer_crimes_than_victims", "second_crime_missing", "breach_not_recorded", "offence_beside_breach_not_recorded",
    "rape_not_recorded", "more_crimes_required",
)  # fmt: skip
ODD_CODE = "?"  # stands for an offence code of no known form: read as null, but it must not hide a crime

_Channel = Annotated[str, BeforeValidator(read_channel), best_of(*CHANNELS)]
_AGE_BANDS = ("child", "adult", "older")
_RELATIONSHIPS = ("partner", "ex_partner", "family", "acquaintance", "stranger")
_RISKS = ("standard", "medium", "high")
_CANCELLATION_CODES = ("c1", "c2", "c3", "c4", "c5")
_CANCELLING_ROLES = ("officer", "supervisor", "ddm", "fcr")
_AgeBand = Annotated[str | None, BeforeValidator(leniently(*_AGE_BANDS)), best_of(*_AGE_BANDS)] | None
_Relationship = Annotated[str | None, BeforeValidator(leniently(*_RELATIONSHIPS)), best_of(*_RELATIONSHIPS)] | None
_DashRisk = Annotated[str | None, BeforeValidator(leniently(*_RISKS)), best_of(*_RISKS)] | None
_ReasonCode = Annotated[str | None, BeforeValidator(leniently(*REASON_CODES)), best_of(*REASON_CODES)] | None
_CancellationCode = (
    Annotated[
        str | None,
        BeforeValidator(leniently(*_CANCELLATION_CODES)),
        best_of(*_CANCELLATION_CODES, written=str.upper),
    ]
    | None
)
_CancellingRole = (
    Annotated[str | None, BeforeValidator(leniently(*_CANCELLING_ROLES)), best_of(*_CANCELLING_ROLES)] | None
)


def _read_accepts(value: object, info: ValidationInfo) -> tuple[str, ...] | None:
    read = leniently(*TOO_FEW_CODES)
    if value != [] and is_blank(value):
        return None
    if not isinstance(value, list | tuple):
        raise refuse("wrong_type", "is not a list")
    return tuple(code for item in value if (code := read(item, info)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    ho_code: Annotated[
        str | None,
        BeforeValidator(lambda v: None if is_blank(v) else read_code(v) or ODD_CODE),
        fitting("^[0-9]{3}/[0-9]{2}$"),
    ] = None
    category: Annotated[
        str | None,
        BeforeValidator(lambda v: None if is_blank(v) else read_category(v)),
        fitting("^[0-9A-Z]+$"),
    ] = None

    @property
    def given(self) -> bool:
        return self.ho_code is not None or self.category is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    person_key: OptionalText = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogVictim(Person):
    confirmed: OptionalFlag = None
    vulnerable: OptionalFlag = None
    age_band: _AgeBand = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSuspect(Person):
    relationship: _Relationship = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    lsoa: OptionalText = None
    beat: OptionalText = None
    lat: OptionalDegrees = None
    lon: OptionalDegrees = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why there is no crime record."""

    code: _ReasonCode = None
    rationale: OptionalText = None
    decided_by_role: OptionalText = None
    decided_at: OptionalTime = None
    supervisor_reviewed: OptionalFlag = None
    victim_informed_at: OptionalTime = None
    related_ref: OptionalRef = None
    receiving_force_ref: OptionalText = None


def _read_reason(value: object) -> object:
    """One in which nothing is said is none; a code that nobody knows is something said."""
    found = read_object(value)
    said = isinstance(found, dict) and any(not is_blank(found.get(each.name)) for each in fields(Reason))
    return found if said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    code: _CancellationCode = None
    decided_by_role: _CancellingRole = None
    decided_at: OptionalTime = None
    independent: OptionalFlag = None
    victim_informed_at: OptionalTime = None
    receiving_force_ref: OptionalText = None
    related_ref: OptionalRef = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    force: Force
    # The fields that hold a value nobody knows, read as null or as `other`. Set by the codec alone.
    unmapped: SkipJsonSchema[tuple[str, ...]] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSnapshot(_Event):
    """The whole current state of one incident log."""

    incident_ref: Ref
    revision: Whole
    updated_at: Time
    reported_at: Time
    channel: Annotated[_Channel, Field(validate_default=True)] = ""
    status: Annotated[
        Literal["open", "closed"], BeforeValidator(strictly("open", "closed")), literally("open", "closed")
    ]
    closed_at: OptionalTime = None
    opening_type: OptionalText = None
    closing_type: OptionalText = None
    qualifiers: Slugs
    reported_offences: Annotated[tuple[Offence, ...], FailFast(), BeforeValidator(read_objects)]
    victims: Annotated[tuple[LogVictim, ...], FailFast(), BeforeValidator(read_objects)]
    suspects: Annotated[tuple[LogSuspect, ...], FailFast(), BeforeValidator(read_objects)]
    dash_risk: _DashRisk = None
    location: Annotated[Location | None, BeforeValidator(read_object)] | None = None
    unit: OptionalText = None
    crime_refs: Refs
    duplicate_of: OptionalRef = None
    no_crime_reason: Annotated[Reason | None, BeforeValidator(_read_reason)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrimeSnapshot(_Event):
    """The whole current state of one crime record."""

    crime_ref: Ref
    revision: Whole
    updated_at: Time
    recorded_at: Time
    incident_refs: Refs
    offence: Annotated[Offence, BeforeValidator(read_required_object)]
    victims: Annotated[tuple[Person, ...], FailFast(), BeforeValidator(read_objects)]
    suspects: Annotated[tuple[Person, ...], FailFast(), BeforeValidator(read_objects)]
    flags: Slugs
    status: Annotated[
        Literal["recorded", "cancelled"],
        BeforeValidator(strictly("recorded", "cancelled")),
        literally("recorded", "cancelled"),
    ]
    cancellation: Annotated[Cancellation | None, BeforeValidator(read_object)] | None = None
    location: Annotated[Location | None, BeforeValidator(read_object)] | None = None
    unit: OptionalText = None


ROLES = ("fcr", "ddm", "supervisor", "bureau")
NEEDED = {
    "accept_link": ("crime_ref",),
    "reject_link": ("crime_ref",),
    "no_crime": (),
    "require_crime": ("rationale",),
    "accept_as_complete": ("rationale", "accepts"),
    "accept_cancellation": ("crime_ref", "rationale"),
    "set_reported_at": ("reported_at", "rationale"),
    "withdraw": ("withdraws",),
    "note": ("text",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(_Event):
    """A registrar's decision; beside the first seven fields, what its action needs."""

    decision_id: Id
    incident_ref: Ref
    decided_at: Time
    decided_by: Text
    role: Annotated[str, BeforeValidator(strictly(*ROLES)), one_of(*ROLES)]
    action: Annotated[str, BeforeValidator(strictly(*NEEDED)), one_of(*NEEDED)]
    crime_ref: OptionalRef = None
    code: _ReasonCode = None
    rationale: OptionalText = None
    supervisor_reviewed: OptionalFlag = None
    victim_informed_at: OptionalTime = None
    related_ref: OptionalRef = None
    receiving_force_ref: OptionalText = None
    crimes: OptionalWhole = None
    accepts: Annotated[tuple[str, ...] | None, BeforeValidator(_read_accepts)] = None
    victims: OptionalWhole = None
    reported_at: OptionalTime = None
    withdraws: OptionalText = None
    text: OptionalText = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        for name in NEEDED[self.action]:
            if getattr(self, name) is None:
                raise refuse("missing_field", f"{name} is missing: {self.action} needs it")
        if self.crimes == 0:
            raise refuse("out_of_range", "crimes is 0: at least one crime can be required")
        return self

    def as_reason(self) -> Reason:
        """The reason that a `no_crime` decision gives."""
        return Reason(
            code=self.code,
            rationale=self.rationale,
            decided_by_role=self.role,
            decided_at=self.decided_at,
            supervisor_reviewed=self.supervisor_reviewed,
            victim_informed_at=self.victim_informed_at,
            related_ref=self.related_ref,
            receiving_force_ref=self.receiving_force_ref,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat(_Event):
    """Everything the source knew up to `as_of` stood in the feed's topic when this was sent."""

    feed: Annotated[str, BeforeValidator(strictly("incidents", "crime_records")), one_of("incidents", "crime-records")]
    as_of: Time


Event = IncidentSnapshot | CrimeSnapshot | Decision | Heartbeat
