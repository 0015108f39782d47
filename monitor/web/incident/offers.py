"""What can be decided of an incident now, by whom looks at it: the buttons and links of its page."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from monitor.contract.events import TOO_FEW_CODES
from monitor.store.bulk import Key
from monitor.web.access import Act, User
from monitor.web.incident.view import View

BUTTONS = {
    "no_crime": "No crime",
    "require_crime": "Require a crime",
    "accept_as_complete": "Accept as complete",
    "accept_link": "Link a crime",
    "set_reported_at": "Set the time of report",
    "note": "Leave a note",
}


class Offer(NamedTuple):
    text: str
    href: str


def decide_link(action: str, key: Key, **query: str) -> str:
    return case_link(f"/decide/{action}", key) + (f"?{urlencode(query)}" if query else "")


def audit_link(key: Key) -> str:
    return f"/audit/{quote(key[0], safe='')}?{urlencode({'incident': key[1]})}"


def case_link(page: str, key: Key) -> str:
    """A reference holds whatever it likes, slashes too: it comes last in every address."""
    force, ref = (quote(part, safe="") for part in key)
    return f"{page}/{force}/{ref}"


def buttons(view: View, user: User) -> list[Offer]:
    return [
        Offer(text, decide_link(action, view.key))
        for action, text in BUTTONS.items()
        if may(user, action) and (action != "accept_as_complete" or too_few(view))
    ]


def may(user: User, action: str) -> bool:
    return user.may(Act.DECIDE) and user.decides_as(action) is not None


def too_few(view: View) -> list[str]:
    """The findings of too few crimes that are given now."""
    return [code for code in view.finding_codes() if code in TOO_FEW_CODES]
