"""A change of an incident's alert, as it stands on `recording-alerts`."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from monitor.contract.verdict import Severity, Status


class Cause(BaseModel):
    """What made the alert change: an event of a topic, the clock, known time, or other rules."""

    model_config = ConfigDict(extra="forbid")
    kind: str
    ref: str | None = None
    revision: int | None = None


class AlertMessage(BaseModel):
    """Raised, changed in status or severity while it fires, or resolved. Per incident in the order of the changes."""

    model_config = ConfigDict(extra="forbid")
    id: str  # stable and unique: a repeat carries it again
    force: str
    incident_ref: str
    alert: Literal["firing", "resolved"]
    change: Literal["raised", "changed", "resolved"]
    severity: Severity
    status: Status
    findings: list[str]  # codes
    crime_refs: list[str]
    deadline: datetime
    since: datetime  # when it began to fire
    caused_by: Cause
    decided_at: datetime  # by the monitor's clock
    rulebook: str
