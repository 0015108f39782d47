"""The queue's possible matches: found in the background, shown by the next review, gone when they are dealt with."""

from sqlalchemy import select

from monitor.store.concerns import Concern, unpacked
from monitor.store.engine import reading
from monitor.store.match_suggestions import Round, look_on
from monitor.store.queue_tables import queue
from monitor.store.suggestion_tables import suggestions
from tests.builders import crime, decision, incident
from tests.store.desk import Desk
from tests.store.test_matching import log, looking, loose


def look(desk: Desk, round_: Round | None = None, hours: float = 60) -> Round:
    """As the worker does: judge, look, and judge what that bears on."""
    round_ = round_ or Round()
    desk.review(hours=hours)
    look_on(desk.engine, looking(hours), round_, lambda: False)
    desk.review(hours=hours)
    return round_


def queued(desk: Desk) -> dict[str, bool]:
    """Of the rows in the queue, whether a match is suggested."""
    with reading(desk.engine) as connection:
        rows = connection.execute(select(queue.c.ref, queue.c.concerns).where(~queue.c.gone))
        return {ref: Concern.POSSIBLE_MATCH in unpacked(bits) for ref, bits in rows}


def test_an_incident_in_the_queue_is_marked_and_its_verdict_and_alert_stay(desk: Desk) -> None:
    desk.receive(log(), log("INC-2", victims=[{"person_key": "p9"}], location=None), loose())
    desk.review(hours=60)
    before = desk.verdicts(), desk.alerts()
    look(desk)
    assert queued(desk) == {"INC-1": True, "INC-2": False}
    assert (desk.verdicts(), desk.alerts()) == before


def test_what_needs_nobody_is_not_brought_into_the_queue(desk: Desk) -> None:
    desk.receive(log(), loose())
    look(desk, hours=3)
    assert queued(desk) == {}
    assert desk.status() == "awaiting_record"


def test_a_record_that_comes_later_is_found_by_the_next_round(desk: Desk) -> None:
    desk.receive(log())
    round_ = look(desk)
    assert queued(desk) == {"INC-1": False}
    desk.receive(loose())
    look(desk, round_)
    assert queued(desk) == {"INC-1": True}


def test_not_this_one_takes_the_mark_off_at_once(desk: Desk) -> None:
    desk.receive(log(), loose())
    round_ = look(desk)
    desk.receive(decision("reject_link", crime_ref="C1"))
    desk.review(hours=60)
    assert queued(desk) == {"INC-1": False}
    look(desk, round_)
    assert (queued(desk), desk.rows(suggestions)) == ({"INC-1": False}, [])


def test_a_link_takes_it_out(desk: Desk) -> None:
    desk.receive(log(), loose())
    look(desk)
    desk.receive(decision("accept_link", crime_ref="C1"))
    desk.review(hours=60)
    assert queued(desk) == {}
    assert desk.rows(suggestions) == []


def test_a_record_that_is_linked_elsewhere_is_suggested_no_more(desk: Desk) -> None:
    desk.receive(log(), loose())
    round_ = look(desk)
    desk.receive(incident("INC-2", crime_refs=["C1"]))
    look(desk, round_)
    assert queued(desk) == {"INC-1": False}


def test_another_worker_takes_back_what_is_gone_meanwhile(desk: Desk) -> None:
    desk.receive(log(), loose())
    look(desk)
    desk.receive(crime("C2"))
    desk.review(hours=60)
    assert queued(desk) == {}
    assert len(desk.rows(suggestions)) == 1
    look(desk, Round())
    assert desk.rows(suggestions) == []


def test_nothing_is_written_where_nothing_changed(desk: Desk) -> None:
    desk.receive(log(), loose())
    round_ = look(desk)
    for each in (round_, Round()):
        look_on(desk.engine, looking(), each, lambda: False)
        assert desk.review(hours=60).taken == 0


def test_it_goes_on_where_it_stopped(desk: Desk) -> None:
    refs = [f"INC-{number}" for number in range(100, 145)]
    victims = {ref: [{"person_key": f"person {ref}"}] for ref in refs}
    desk.receive(*(log(ref, victims=victims[ref], location=None, unit=None) for ref in refs))
    desk.receive(*(loose(f"C{ref}", victims=victims[ref], location=None, unit=None) for ref in refs))
    desk.review(hours=60)
    round_, marked = Round(), []
    for _ in range(5):
        look_on(desk.engine, looking(), round_, lambda: True)
        desk.review(hours=60)
        marked.append(sum(queued(desk).values()))
    assert marked == [10, 20, 30, 40, 45]
