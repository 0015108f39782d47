"""What was sent, as a decision of the contract: read by the same codec that reads the topic."""

import re
import secrets
import time
from datetime import datetime
from typing import Any

from monitor.contract.codec import Decoded, Unreadable
from monitor.contract.codec import read as read_value
from monitor.contract.topics import Topic
from monitor.contract.verdict import rfc3339
from monitor.store.decisions import Version
from monitor.web.access import User
from monitor.web.decide.fields import Read, Sent, first, read_form
from monitor.web.decide.forms import Form
from monitor.web.errors import FormExpired
from monitor.web.incident.view import View

_ID = re.compile(r"[0-9a-f]{14}-[0-9a-f]{16}")


def new_decision_id() -> str:
    """Minted with the form, so that one sent twice is one decision; they sort by when that was."""
    return f"{time.time_ns() // 1000:014x}-{secrets.token_hex(8)}"


def decision_id(sent: Sent) -> str:
    """Raises FormExpired for one that is none of ours."""
    given = first(sent, "decision_id")
    if not _ID.fullmatch(given):
        raise FormExpired
    return given


def version(sent: Sent) -> Version:
    """Raises FormExpired."""
    try:
        return Version.read(first(sent, "seen"))
    except ValueError:
        raise FormExpired from None


def read_decision(form: Form, view: View, user: User, role: str, sent: Sent) -> tuple[Decoded | None, Read]:
    """The decision; none where something is wrong with what was sent."""
    read = read_form(form.fields, sent)
    if read.wrong:
        return None, read
    value = _base(form, view, user, role, decision_id(sent), view.now) | read.values
    try:
        return read_value(Topic.DECISIONS, value), read
    except Unreadable as unreadable:
        name = (unreadable.field or "").partition(".")[0]
        read.wrong[name if name in read.values else form.fields[-1].name] = _sentence(unreadable)
        return None, read


def _base(form: Form, view: View, user: User, role: str, name: str, at: datetime) -> dict[str, Any]:
    return {
        "decision_id": name,
        "force": view.file.force,
        "incident_ref": view.file.ref,
        "decided_at": rfc3339(at),
        "decided_by": user.subject,
        "role": role,
        "action": form.action,
    }


def _sentence(unreadable: Unreadable) -> str:
    return f"This cannot be used: {unreadable.detail.removeprefix(f'{unreadable.field} ')}"
