"""The number in an alert and the number of incidents that its link shows are one: rules and queue on the same rows."""

from itertools import product
from urllib.parse import parse_qsl, urlsplit

import pytest

from monitor.contract.verdict import Severity, Status
from monitor.links import queue_link
from monitor.observability import narrowed
from monitor.observability.rule import Narrowed
from monitor.store.concerns import Concern, packed
from monitor.store.instants import to_micros
from monitor.store.queue import QueueRow
from monitor.web.queue.address import view_of
from tests.observability.world import NORTH, SOUTH, World, rule_of
from tests.web.test_queue_index import NOW, index_of, some_row

SEVERITIES = list(Severity)
OF_STATUS = {
    Status.UNRECORDED: {Concern.UNRECORDED, Concern.FIRING},
    Status.PARTLY_RECORDED: {Concern.TOO_FEW, Concern.FIRING},
    Status.AWAITING_RECORD: {Concern.DUE_SOON, Concern.FIRING},
    Status.RECORDED_LATE: {Concern.CANCELLED_WRONGLY, Concern.FIRING},  # fires, and nothing is missing
    Status.NO_CRIME_EXPECTED: {Concern.TO_CHECK},
}


def rows() -> list[QueueRow]:
    """Of each status, in each severity, held by nobody and by somebody, in two forces."""
    made: list[QueueRow] = []
    for force, severity, status, holder in product((NORTH, SOUTH), SEVERITIES, OF_STATUS, ("", "u-1")):
        concerns = OF_STATUS[status] - ({Concern.FIRING} if severity is Severity.LOW else set())
        waits = status is Status.AWAITING_RECORD
        made.append(
            some_row(
                force=force,
                ref=f"INC-{len(made)}",
                severity=severity.rank,
                status=str(status),
                concerns=packed(concerns),
                deadline=to_micros(NOW) + (1 if waits else -1) * 3_600_000_000,
                holder=holder,
            )
        )
    early = packed({Concern.TOO_FEW})  # too few so far, with hours to go
    return [*made, some_row(force=NORTH, severity=3, status="awaiting_record", concerns=early, deadline=to_micros(NOW))]


def shown(view: Narrowed, force: str, **more: str) -> int:
    link = queue_link("", **{"force": force, **view, **more})
    found = index_of([rows()]).find(view_of(parse_qsl(urlsplit(link).query, keep_blank_values=True)), None, NOW, None)
    return found.total


def exported(world: World) -> World:
    """Those rows as the worker counts them."""
    world.worker()
    for force, severity in product((NORTH, SOUTH), SEVERITIES):
        of_these = [row for row in rows() if (row.force, row.severity) == (force, severity.rank)]
        for status in OF_STATUS:
            number = sum(row.status == status for row in of_these)
            world.incidents(f"{number}x60", status, severity, force)
        due_soon = packed({Concern.FIRING, Concern.DUE_SOON})
        unattended = [row for row in of_these if not row.holder and row.concerns == due_soon]
        world.metric("due_soon_unattended", f"{len(unattended)}x60", force=force, severity=severity)
    return world


@pytest.mark.parametrize(
    ("name", "view", "words"),
    [
        ("SeriousCrimeUnrecorded", narrowed.UNRECORDED, "reports of {} severity with no crime record"),
        ("SeriousCrimePartlyRecorded", narrowed.TOO_FEW, "reports of {} severity with too few crime records"),
    ],
)
def test_a_serious_crime(world: World, name: str, view: Narrowed, words: str) -> None:
    expected = [
        {"force": force, "severity": severity,
         "summary": f"{force}: {words.format(severity)} after 24 hours: {shown(view, force, severity=severity)}."}
        for force, severity in product((NORTH, SOUTH), ("critical", "high"))
    ]  # fmt: skip
    assert all(each["summary"].endswith(": 2.") for each in expected)
    exported(world).fire(name, "30m", *expected).holds()


def test_what_is_due_soon_and_nobodys(world: World) -> None:
    numbers = {force: shown(narrowed.UNATTENDED, force) for force in (NORTH, SOUTH)}
    assert set(numbers.values()) == {3}
    words = "{}: incidents due within four hours that nobody has taken: {}."
    expected = [{"force": force, "summary": words.format(force, number)} for force, number in numbers.items()]
    exported(world).fire("DueSoonUnattended", "30m", *expected).holds()


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("SeriousCrimeUnrecorded", narrowed.UNRECORDED),
        ("SeriousCrimePartlyRecorded", narrowed.TOO_FEW),
        ("DueSoonUnattended", narrowed.UNATTENDED),
    ],
)
def test_the_link_is_that_view(name: str, view: Narrowed) -> None:
    link = rule_of(name)["annotations"]["queue_url"]
    assert urlsplit(queue_link("", **view)).query in link
    assert "force=" in link
