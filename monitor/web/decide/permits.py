"""Who may make which decision, whichever way it is sent."""

from monitor.contract.events import NEEDED
from monitor.web.access import User
from monitor.web.errors import Forbidden, NotFound
from monitor.web.incident.view import View
from monitor.web.incident.words import ACTIONS, inner

UNSEEN = {"note"}  # changes nothing, and so may be left whatever happened meanwhile


def role_for(user: User, action: str) -> str:
    """In which role of the contract. Raises NotFound for no action of ours, Forbidden."""
    if action not in NEEDED:
        raise NotFound
    role = user.decides_as(action)
    if role is None:
        raise Forbidden(f"do this: {inner(ACTIONS[action])}")
    return role


def must_be_withdrawable(view: View, user: User, decision_id: str) -> None:
    """What is taken back is a decision on this incident that stands, one's own or, for the registrar, anybody's."""
    made = next((each for each in view.file.decisions if each.event.decision_id == decision_id), None)
    if made is None or made.event.action == "withdraw":
        raise NotFound("There is no such decision on this incident.")
    if not user.may_withdraw(made.event.decided_by):
        raise Forbidden("withdraw somebody else’s decision")
