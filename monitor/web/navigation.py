"""The links under the header. A page that belongs there adds its line."""

from typing import NamedTuple

from monitor.web.access import Act, User


class Link(NamedTuple):
    href: str
    text: str
    act: Act


LINKS = (
    Link("/", "Queue", Act.SEE_QUEUE),
    Link("/overview", "Overview", Act.SEE_OVERVIEW),
    Link("/audit", "Audit log", Act.READ_AUDIT),
)


class Item(NamedTuple):
    href: str
    text: str
    current: bool


def items_for(user: User | None, path: str) -> list[Item]:
    """What this user may open; the one that is open is marked."""
    return [Item(link.href, link.text, path == link.href) for link in LINKS if user and user.may(link.act)]
