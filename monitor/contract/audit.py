"""The head of a force's audit log, as it stands on `recording-audit-heads`."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class AuditHead(BaseModel):
    """Whoever keeps one can tell whether an entry up to it was changed or cut off since."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    force: str
    number: int = Field(ge=1)  # of the last entry
    hash: str = Field(pattern="^[0-9a-f]{64}$")  # SHA-256 over the hash before it and the entry
    at: datetime  # of the last entry
