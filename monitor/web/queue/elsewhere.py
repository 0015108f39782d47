"""A reference that was searched for and is not in the queue: whoever types one wants to see the incident."""

from dataclasses import dataclass

from monitor.links import incident_link
from monitor.store.queue import incidents_named
from monitor.web.access import Act, User
from monitor.web.parts import Parts
from monitor.web.queue.address import View
from monitor.web.queue.index import Found


@dataclass(frozen=True)
class Elsewhere:
    ref: str
    force: str
    href: str


def elsewhere(web: Parts, user: User, view: View, found: Found) -> list[Elsewhere]:
    """Incidents of that reference, or of a crime record of that reference, that are not on the page."""
    if not view.search or not user.may(Act.SEE_INCIDENT):
        return []
    shown = {row.key for row in found.rows}
    named = incidents_named(web.store, user.scope, view.search.upper())
    return [Elsewhere(ref, force, incident_link("", force, ref)) for force, ref in named if (force, ref) not in shown]
