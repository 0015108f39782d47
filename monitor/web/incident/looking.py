"""Opening an incident: only of a force that the user may see, and never unseen by the audit log."""

from monitor.contract.identity import canonical_force, canonical_ref
from monitor.store.audit import Deed, append
from monitor.store.bulk import Key
from monitor.store.case_file import case_file
from monitor.store.engine import reading
from monitor.store.letter_questions import unread_about
from monitor.store.people import Actor
from monitor.web.access import User
from monitor.web.errors import NotFound
from monitor.web.incident.view import View
from monitor.web.parts import Parts

LOOKED = "looked"


def look(web: Parts, user: User, force: str, ref: str, page: str) -> View:
    """Raises NotFound. The look is entered before anything is shown: where it cannot be, nothing is."""
    view = opened(web, user, force, ref)
    append(web.store, Deed(view.file.force, LOOKED, actor(user), view.file.ref, {"page": page}))
    return view


def opened(web: Parts, user: User, force: str, ref: str) -> View:
    """For what shows nothing of it. Raises NotFound."""
    key = case_key(user, force, ref)
    file = case_file(web.store, key)
    if file is None:
        raise NotFound(_why_not_known(web, key))
    return View(file, web)


def _why_not_known(web: Parts, key: Key) -> str:
    with reading(web.store) as connection:
        unread = unread_about(connection, key[0], [key[1]])
    if unread:
        return f"A message about this incident has come, and cannot be read. Operations find it as {unread[0].name}."
    return "There is no such incident. Check the reference, or search for it in the queue."


def case_key(user: User, force: str, ref: str) -> Key:
    """As the store knows it. Raises NotFound for another force, and for what can be no reference."""
    try:
        key = canonical_force(force), canonical_ref(ref)
    except ValueError:
        raise NotFound from None
    user.must_see(key[0])
    return key


def actor(user: User) -> Actor:
    return Actor(user.subject, user.name, user.main_role)
