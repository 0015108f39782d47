"""What the registrar's decisions on one incident come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.contract.events import Decision


@dataclass(frozen=True, slots=True)
class Ruling:
    accepted_links: frozenset[str] = frozenset()
    rejected_links: frozenset[str] = frozenset()
    no_crime: Decision | None = None  # the standing no_crime decision
    required_crimes: int = 0  # that a standing require_crime asks for
    accepted_codes: frozenset[str] = frozenset()  # of too few crimes
    accepted_victims: int | None = None  # up to how many victims fewer crimes were accepted; None: not said
    accepted_cancellations: frozenset[str] = frozenset()
    reported_at: datetime | None = None


NO_RULING = Ruling()


def ruling_of(decisions: Iterable[Decision]) -> Ruling:
    """`decisions` that are not withdrawn, in the order in which they are taken."""
    links: dict[str, bool] = {}
    last: Decision | None = None
    codes: set[str] = set()
    victims: list[int] = []
    cancellations: set[str] = set()
    reported_at: datetime | None = None
    for each in decisions:
        match each.action:
            case "accept_link" | "reject_link":
                links[each.crime_ref or ""] = each.action == "accept_link"
            case "no_crime" | "require_crime":
                last = each
            case "accept_as_complete":
                codes.update(each.accepts or ())
                victims += [each.victims] if each.victims is not None else []
            case "accept_cancellation":
                cancellations.add(each.crime_ref or "")
            case "set_reported_at":
                reported_at = each.reported_at
    return Ruling(
        accepted_links=frozenset(ref for ref, accepted in links.items() if accepted),
        rejected_links=frozenset(ref for ref, accepted in links.items() if not accepted),
        no_crime=last if last and last.action == "no_crime" else None,
        required_crimes=(last.crimes or 1) if last and last.action == "require_crime" else 0,
        accepted_codes=frozenset(codes),
        accepted_victims=max(victims, default=None),
        accepted_cancellations=frozenset(cancellations),
        reported_at=reported_at,
    )
