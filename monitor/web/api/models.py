"""What the API takes and gives. Times are RFC 3339, in UTC."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from monitor.contract.events import NEEDED, REASON_CODES, TOO_FEW_CODES
from monitor.contract.verdict import Alert, Severity, Status
from monitor.store.concerns import Concern

Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Name = Annotated[str, Field(min_length=1, max_length=256)]

Action = StrEnum("Action", {name.upper(): name for name in NEEDED})  # type: ignore[misc]
ReasonCode = StrEnum("ReasonCode", {name.upper(): name for name in REASON_CODES})  # type: ignore[misc]
TooFew = StrEnum("TooFew", {name.upper(): name for name in TOO_FEW_CODES})  # type: ignore[misc]


class Expected(BaseModel):
    crime: bool
    because: list[str]


class Finding(BaseModel):
    code: str
    message: str
    rule: str


class Verdict(BaseModel):
    """As `monitor assess` prints it."""

    force: str
    incident_ref: str
    status: Status
    severity: Severity
    alert: Alert
    deadline: Time
    recorded_at: Time | None
    delay_hours: float | None
    crime_refs: list[str]
    expected: Expected
    findings: list[Finding]
    next_review_at: Time | None
    rulebook: str


class QueuedIncident(BaseModel):
    """An incident that needs a person."""

    force: str
    incident_ref: str
    severity: Severity
    status: Status
    deadline: Time
    concerns: list[Concern] = Field(description="Why a person is needed.")
    findings: list[str]
    type: str = Field(description="The force's own code that the log bears now; may be empty.")
    opened_as: str = Field(description="The code that it bore first; may be empty.")
    unit: str
    channel: str
    crime_refs: list[str]
    holder: str = Field(description="Who has taken the case; empty: nobody.")


class Decision(BaseModel):
    decision_id: str
    incident_ref: str
    decided_at: Time
    decided_by: str
    role: str
    action: Action
    withdrawn_by: str | None = Field(description="The decision that takes it back.")
    fields: dict[str, Any] = Field(description="What its action needs beside these, as it was given.")


class Unread(BaseModel):
    """A message that could not be read: what it is about may not stand as it is told."""

    letter: str = Field(description="As `monitor dead-letters show` takes it.")
    topic: str
    ref: str = Field(description="Of the incident or crime record that it is about.")
    at: Time = Field(description="When the broker took it.")
    reason: str
    field: str | None
    read_since: bool = Field(description="A later message about the same could be read.")


class Incident(BaseModel):
    force: str
    incident_ref: str
    version: str = Field(description="Send it as If-Match with a decision; it is the ETag, too.")
    verdict: Verdict | None = Field(description="None: it was not judged yet.")
    due: bool = Field(description="Something came that is not in the verdict yet.")
    log: dict[str, Any] = Field(description="The log's standing snapshot, as it was received.")
    revisions: int
    crimes: list[dict[str, Any]] = Field(
        description="Standing snapshots of the crime records that it names, or that name it."
    )
    crimes_known_up_to: Time | None
    holder: str
    course_of_conduct_with: list[str] = Field(description="Earlier logs that may be one course of conduct with it.")
    unread: list[Unread] = Field(description="Messages about it, or what it rests on, that could not be read.")


class Change(BaseModel):
    """The verdict as it became, and what made it so."""

    number: int
    at: Time
    cause: str
    cause_ref: str | None
    cause_revision: int | None
    verdict: Verdict


class QueuePage(BaseModel):
    incidents: list[QueuedIncident]
    next: str | None = Field(description="The cursor of the next page; null: this is the last.")


class VerdictPage(BaseModel):
    verdicts: list[Verdict]
    next: str | None


class HistoryPage(BaseModel):
    changes: list[Change]
    next: str | None


class Decisions(BaseModel):
    decisions: list[Decision]


class NewDecision(BaseModel):
    """What a registrar decides; each action needs its own fields, as schemas/recording-decisions says."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)

    action: Action
    crime_ref: Name | None = None
    code: ReasonCode | None = None
    rationale: Text | None = None
    supervisor_reviewed: bool | None = None
    victim_informed_at: Time | None = None
    related_ref: Name | None = None
    receiving_force_ref: Name | None = None
    crimes: int | None = Field(default=None, ge=1, le=1000)
    accepts: list[TooFew] | None = None
    victims: int | None = Field(default=None, ge=0, le=1000)
    reported_at: Time | None = None
    withdraws: Name | None = None
    text: Text | None = None


class Against(BaseModel):
    sentence: str
    rule: str


class Preview(BaseModel):
    before: Verdict
    after: Verdict
    changes: list[str] = Field(description="What becomes otherwise, in sentences.")
    against: list[Against] = Field(description="Why it will not do what it is meant to.")


class Made(BaseModel):
    decision_id: str
    again: bool = Field(description="It was made before with this Idempotency-Key; nothing was written this time.")
    verdict: Verdict | None = Field(description="None: it was not judged yet.")
    version: str
