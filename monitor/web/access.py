"""Who may do what, and of which forces. Decided here and nowhere else.

A page says which act it is (`Allowed(Act.SEE_QUEUE)`), and hands `user.scope` to every question it asks the store.
What lies in another force is answered as if it were not there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import Depends, Request

from monitor.store.scope import Scope
from monitor.web.errors import Forbidden, NotFound, SignInNeeded
from monitor.web.session import Session, session_of

ALL_FORCES = "*"


class Role(StrEnum):
    REGISTRAR = "registrar"
    BUREAU = "bureau"
    SUPERVISOR = "supervisor"
    DECISION_MAKER = "decision_maker"  # designated; independent of the investigation
    AUDITOR = "auditor"
    OPERATIONS = "operations"


class Act(StrEnum):
    SEE_QUEUE = "see the queue"
    SEE_INCIDENT = "see an incident"
    EXPORT = "export"
    DECIDE = "decide"
    TAKE = "take and hand over cases"
    READ_AUDIT = "read the audit log"
    SEE_OVERVIEW = "see the overview"


_READING = {Act.SEE_QUEUE, Act.SEE_INCIDENT, Act.EXPORT, Act.SEE_OVERVIEW}
_ALLOWED: dict[Role, set[Act]] = {
    Role.REGISTRAR: _READING | {Act.DECIDE, Act.TAKE, Act.READ_AUDIT},
    Role.BUREAU: _READING | {Act.DECIDE, Act.TAKE},
    Role.SUPERVISOR: _READING | {Act.DECIDE, Act.TAKE},
    Role.DECISION_MAKER: _READING | {Act.DECIDE, Act.TAKE},
    Role.AUDITOR: _READING | {Act.READ_AUDIT},
    Role.OPERATIONS: {Act.SEE_OVERVIEW},
}

# As whom each decides, in the words of the contract. Who has several roles decides by the first that may.
_DECIDES_AS = {Role.REGISTRAR: "fcr", Role.DECISION_MAKER: "ddm", Role.SUPERVISOR: "supervisor", Role.BUREAU: "bureau"}
_WORKING_THE_QUEUE = {"accept_link", "reject_link", "no_crime", "note", "withdraw"}
# The registrar has the last word: what sets the monitor's own findings aside is theirs.
_DECISIONS = {
    "fcr": _WORKING_THE_QUEUE | {"require_crime", "accept_as_complete", "accept_cancellation", "set_reported_at"},
    "ddm": _WORKING_THE_QUEUE | {"require_crime"},
    "supervisor": _WORKING_THE_QUEUE | {"require_crime"},
    "bureau": _WORKING_THE_QUEUE | {"require_crime"},
}
WORKS_CASES = frozenset(_DECIDES_AS)  # to whom a case can be handed over


@dataclass(frozen=True, slots=True)
class User:
    subject: str  # stable and unique at the provider: what decisions and the audit log name
    name: str
    roles: frozenset[Role]
    scope: Scope  # the forces; None: every force

    def may(self, act: Act) -> bool:
        return any(act in _ALLOWED[role] for role in self.roles)

    def decides_as(self, action: str) -> str | None:
        """The role of the contract in which this user may take such a decision; None: in none."""
        own = (name for role, name in _DECIDES_AS.items() if role in self.roles)
        return next((name for name in own if action in _DECISIONS[name]), None)

    def may_withdraw(self, made_by: str) -> bool:
        """One's own decisions; the registrar anybody's."""
        return made_by == self.subject or Role.REGISTRAR in self.roles

    @property
    def main_role(self) -> Role:
        """By which the audit log knows the user."""
        return next(role for role in (*_DECIDES_AS, Role.AUDITOR, Role.OPERATIONS) if role in self.roles)

    def sees(self, force: str) -> bool:
        return self.scope is None or force in self.scope

    def must_see(self, force: str) -> None:
        """Raises NotFound: whether there is such a thing in another force is not told."""
        if not self.sees(force):
            raise NotFound

    def to_json(self) -> dict[str, Any]:
        forces = [ALL_FORCES] if self.scope is None else sorted(self.scope)
        return {"subject": self.subject, "name": self.name, "roles": sorted(self.roles), "forces": forces}


def user_from(content: dict[str, Any]) -> User:
    forces = frozenset(content["forces"])
    roles = frozenset(Role(role) for role in content["roles"])
    return User(content["subject"], content["name"], roles, None if ALL_FORCES in forces else forces)


def signed_in(session: Session) -> User | None:
    return user_from(session.user) if session.user else None


def _guard(act: Act) -> Callable[..., User]:
    def allowed(request: Request, session: Session = Depends(session_of)) -> User:
        user = signed_in(session)
        if user is None:
            raise SignInNeeded(request)
        if not user.may(act):
            raise Forbidden(act)
        return user

    return allowed


GUARDS = {act: _guard(act) for act in Act}


def Allowed(act: Act) -> Any:  # noqa: N802 - stands in annotations beside Depends
    """`user: Annotated[User, Allowed(Act.DECIDE)]`: the signed-in user, who may do this."""
    return Depends(GUARDS[act])
