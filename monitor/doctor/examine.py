"""All checks, in the order in which one would look."""

from collections.abc import Callable, Iterable

from monitor.doctor.check_broker import check_broker
from monitor.doctor.check_clocks import check_clocks
from monitor.doctor.check_database import check_database, check_work
from monitor.doctor.check_feeds import check_known_time, check_mappings
from monitor.doctor.check_group import check_group, check_letters
from monitor.doctor.check_settings import check_settings, check_web
from monitor.doctor.check_topics import check_topics
from monitor.doctor.facts import Facts
from monitor.doctor.finding import Finding

CHECKS: tuple[Callable[[Facts], Iterable[Finding]], ...] = (
    check_settings,
    check_broker,
    check_topics,
    check_group,
    check_database,
    check_work,
    check_clocks,
    check_mappings,
    check_known_time,
    check_letters,
    check_web,
)


def examine(facts: Facts) -> list[Finding]:
    return [finding for check in CHECKS for finding in check(facts)]
