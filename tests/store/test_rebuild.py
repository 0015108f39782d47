"""The store made anew from the topics: the same comes of it, nothing is told again, nothing changes until the end."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, delete, insert, select, text, update

from monitor import store
from monitor.contract.codec import read
from monitor.contract.topics import Topic
from monitor.errors import UserError
from monitor.rulebook import load_rulebook
from monitor.store import Places, Received, audit, open_store, tables
from monitor.store.aside import open_aside, swap
from monitor.store.audit import NO_FORCE, Deed, append
from monitor.store.audit_check import check_audit, guards_gone
from monitor.store.casework import hand_over
from monitor.store.dead_letters import letter_id
from monitor.store.decisions import decide
from monitor.store.desk_tables import audit_heads, case_holders, person_logs
from monitor.store.engine import reading, store_at, writing
from monitor.store.instants import wall_clock
from monitor.store.letter_tables import dead_letters
from monitor.store.letters import LetterState
from monitor.store.match_tables import crime_marks
from monitor.store.people import Actor
from monitor.store.presence import Occupied, Presence, Work, come, present
from monitor.store.purge import Order, purge
from monitor.store.queue_tables import queue
from monitor.store.rebuild import ChangedMeanwhile, Rebuild
from monitor.store.stops import stop_partition
from tests.builders import FORCE, at, crime, decision, heartbeat, incident
from tests.postgres import Postgres
from tests.store.desk import Desk, NewDesk, clock
from tests.worlds import World, worlds

WHO = Actor("ana.registrar", "Ana Registrar", "fcr")
WHEN = ("merged_at", "judged_at", "version")
KEPT: tuple[Table, ...] = (
    tables.incident_revisions, tables.crime_revisions, tables.decisions, tables.dependencies, tables.cases,
    tables.verdicts, tables.verdict_history, tables.case_counts, tables.progress, tables.feeds, tables.known_times,
    tables.outbox, tables.web_sessions, audit_heads, case_holders, person_logs, crime_marks, dead_letters, queue,
)  # fmt: skip


class FakeTopics:
    """What was sent at a desk. `breaks_at`: the broker goes away before that batch."""

    def __init__(self, desk: Desk, breaks_at: int | None = None, size: int = 3) -> None:
        self._desk, self._breaks_at, self._size = desk, breaks_at, size
        self._read = dict.fromkeys(desk.ends(), 0)
        self.begin = dict.fromkeys(desk.ends(), 0)
        self.batches_read = 0

    def begins(self) -> Places:
        return self.begin

    def ends(self) -> Places:
        return self._desk.ends()

    def batches(self, until: Places) -> Iterator[Sequence[Received]]:
        for place, sent in self._desk.topics.items():
            start = max(self._read[place], self.begin[place])
            for first in range(start, until[place], self._size):
                if self.batches_read == self._breaks_at:
                    raise ConnectionError("the broker is away")
                self.batches_read += 1
                yield sent[first : min(first + self._size, until[place])]
            self._read[place] = max(start, until[place])


def rebuild(desk: Desk, hours: float = 60, topics: FakeTopics | None = None) -> list[str]:
    """Answers what was said."""
    said: list[str] = []
    url = desk.engine.url.render_as_string(hide_password=False)
    work = Rebuild(desk.engine, url, desk.judge, lambda: clock(hours), said.append, Actor("op", "op", "operator"))
    work.run(topics or FakeTopics(desk))
    return said


def kept(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    return {table.name: desk.rows(table, *WHEN) for table in KEPT if table is not audit_heads}


def busy(desk: Desk) -> Desk:
    """With something in every table."""
    desk.receive(incident(), incident("INC-2"), incident("INC-2", revision=2), heartbeat(50), hours=1)
    desk.receive({"topic": Topic.INCIDENTS.value, "value": b"{"}, incident("INC-3", opening_type="nsir.alarm"))
    desk.review(hours=30)
    desk.receive(crime(recorded_at=at(30)), decision("require_crime", incident_ref="INC-3"))
    desk.review(hours=60)
    hand_over(desk.engine, (FORCE, "INC-2"), "ana", Deed(FORCE, "taken", WHO, "INC-2"), 0)
    with writing(desk.engine) as connection:
        connection.execute(
            insert(tables.web_sessions).values(
                token_digest=b"1", content=b"{}", seen_at=wall_clock(), expires_at=wall_clock()
            )
        )
    store.mark_sent(desk.engine, [each.number for each in store.unsent(desk.engine)][:2], wall_clock())
    return desk


def test_all_is_as_it_was_and_nothing_is_told_again(desk: Desk) -> None:
    before, unsent = kept(busy(desk)), store.unsent(desk.engine)
    rebuild(desk)
    for name, rows in kept(desk).items():
        assert rows == before[name], name
    assert store.unsent(desk.engine) == unsent
    assert store.unsettled(desk.engine, desk.ends(), clock(60)) == []


def test_the_audit_log_is_whole_and_says_that_it_was_done(desk: Desk) -> None:
    busy(desk)
    entries = [*audit.entries(desk.engine, FORCE)]
    rebuild(desk)
    assert [*audit.entries(desk.engine, FORCE)] == entries
    assert [chain.faults for chain in check_audit(desk.engine)] == [[], []]
    assert guards_gone(desk.engine) == []
    (entry,) = audit.entries(desk.engine, NO_FORCE)
    assert orjson.loads(entry.content)["action"] == "rebuilt"


def test_the_store_goes_on_after_it_with_numbers_that_continue(desk: Desk) -> None:
    busy(desk)
    highest = max(row[0] for row in desk.rows(tables.verdict_history))
    rebuild(desk)
    desk.receive(crime("C2", incident_refs=["INC-2"], recorded_at=at(30)))
    desk.review(hours=61)
    assert desk.changes("INC-2") == ["raised", "resolved"][-len(desk.changes("INC-2")) :]
    assert desk.alerts()[-1]["id"] == f"{FORCE}/INC-2/2"
    assert max(row[0] for row in desk.rows(tables.verdict_history)) > highest
    append(desk.engine, Deed(FORCE, "looked", WHO, "INC-1"))
    assert [chain.faults for chain in check_audit(desk.engine, FORCE)] == [[]]


def test_what_was_lost_or_spoilt_comes_back_from_the_topics(desk: Desk) -> None:
    busy(desk)
    verdicts = desk.verdicts()
    with writing(desk.engine) as connection:
        connection.execute(delete(tables.dependencies))
        connection.execute(delete(tables.crime_revisions))
        connection.execute(update(tables.incident_revisions).values(content=b"{}"))
        connection.execute(delete(person_logs))
    rebuild(desk)
    assert desk.verdicts() == verdicts
    assert len(desk.rows(tables.crime_revisions)) == 1
    assert len(desk.rows(person_logs)) > 0


def test_only_an_alert_that_stands_otherwise_is_told_and_with_the_next_id(desk: Desk) -> None:
    busy(desk)
    told = [alert["id"] for alert in desk.alerts()]
    desk.send(crime("C2", incident_refs=["INC-2"], recorded_at=at(30)))
    rebuild(desk)
    assert [alert["id"] for alert in desk.alerts() if alert["id"] not in told] == [f"{FORCE}/INC-2/2"]
    assert desk.alerts()[-1]["change"] == "resolved"


@pytest.mark.parametrize("breaks_at", [0, 1, 3])
def test_broken_off_it_has_changed_nothing_and_can_be_run_again(desk: Desk, breaks_at: int) -> None:
    before = kept(busy(desk))
    with pytest.raises(ConnectionError):
        rebuild(desk, topics=FakeTopics(desk, breaks_at))
    assert kept(desk) == before
    assert present(desk.engine) == []
    rebuild(desk)
    assert desk.verdicts().keys() == {"INC-1", "INC-2", "INC-3"}


def test_what_a_killed_attempt_left_aside_is_dropped(desk: Desk) -> None:
    busy(desk)
    verdicts, url = desk.verdicts(), desk.engine.url.render_as_string(hide_password=False)
    left = open_aside(desk.engine, url)
    Desk(left).receive(incident("INC-9"))
    left.dispose()
    rebuild(desk)
    assert desk.verdicts() == verdicts


@pytest.mark.parametrize("work", [*Work])
def test_it_refuses_beside_anybody_who_works_with_the_store(desk: Desk, work: Work) -> None:
    before = kept(busy(desk))
    come(desk.engine, Presence(work), unless=())
    with pytest.raises(Occupied):
        rebuild(desk)
    assert kept(desk) == before


def test_what_somebody_writes_meanwhile_is_not_lost(desk: Desk) -> None:
    busy(desk)

    class Interrupted(FakeTopics):
        def begins(self) -> Places:
            append(desk.engine, Deed(FORCE, "looked", WHO, "INC-2"))
            return super().begins()

    with pytest.raises(ChangedMeanwhile):
        rebuild(desk, topics=Interrupted(desk))
    assert len([*audit.entries(desk.engine, FORCE)]) == 2
    assert desk.verdicts().keys() == {"INC-1", "INC-2", "INC-3"}


def test_what_somebody_writes_in_the_last_moment_is_not_lost_either(tmp_path: Path) -> None:
    desk = busy(Desk(open_store(f"sqlite:///{tmp_path}/monitor.db")))
    fresh = open_aside(desk.engine, str(desk.engine.url))
    started = Event()

    def check(_: Connection) -> None:
        """Nobody else can write any more."""
        beside.start()
        started.wait()
        beside.join(0.3)
        assert beside.is_alive()

    def write() -> None:
        started.set()
        append(desk.engine, Deed(FORCE, "looked", WHO, "INC-2"))

    beside = Thread(target=write)
    swap(desk.engine, fresh, check)
    beside.join()
    assert len([*audit.entries(desk.engine, FORCE)]) == 1
    desk.engine.dispose()


def test_a_check_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    desk = busy(Desk(open_store(f"sqlite:///{tmp_path}/monitor.db")))
    before = kept(desk)

    def check(_: Connection) -> None:
        raise ChangedMeanwhile

    with pytest.raises(ChangedMeanwhile):
        swap(desk.engine, open_aside(desk.engine, str(desk.engine.url)), check)
    assert kept(desk) == before
    desk.engine.dispose()


def test_a_decision_made_at_the_desk_and_not_sent_yet_stays(desk: Desk) -> None:
    busy(desk)
    made = read(Topic.DECISIONS, decision("note", text="Rang back.")["value"])
    assert decide(desk.engine, desk.judge, clock(60), made, WHO, None).judged
    rebuild(desk)
    with reading(desk.engine) as connection:
        ids = [*connection.scalars(select(tables.decisions.c.decision_id))]
    assert sorted(ids) == ["note-30", "require_crime-30"]
    assert [each.id for each in store.unsent(desk.engine) if each.kind is store.Kind.DECISION] == [
        f"decision/{FORCE}/note-30"
    ]


def test_events_that_no_topic_holds_any_more_are_carried_over(desk: Desk) -> None:
    busy(desk)
    before, topics = kept(desk), FakeTopics(desk)
    topics.begin[Topic.INCIDENTS, 0] = 2
    topics.begin[Topic.CRIME_RECORDS, 0] = 1
    said = rebuild(desk, topics=topics)
    assert "The beginnings of crime-records/0, incidents/0 are not kept any more." in said
    assert "3 events are in no topic any more: they were carried over from the old store." in said
    for table in (tables.incident_revisions, tables.crime_revisions, tables.verdicts, tables.dependencies):
        assert desk.rows(table, *WHEN) == before[table.name]


def test_a_letter_that_can_be_read_now_waits_no_longer(desk: Desk) -> None:
    unread, other = incident("INC-1", updated_at=None), incident("INC-2", updated_at=None)
    desk.receive(unread, other)
    first, second = desk.topics[Topic.INCIDENTS, 0]
    readable = read(Topic.INCIDENTS, incident("INC-1")["value"])  # as a later version of the monitor may read it
    desk.topics[Topic.INCIDENTS, 0][0] = first._replace(content=readable)
    rebuild(desk)
    assert {row[0]: row[9] for row in desk.rows(dead_letters)} == {
        letter_id(first): LetterState.MERGED.value,
        letter_id(second): LetterState.WAITING.value,
    }
    assert list(desk.verdicts()) == ["INC-1"]


def test_a_stopped_partition_is_read_no_further_than_it_was(desk: Desk) -> None:
    busy(desk)
    place, held_from = (Topic.INCIDENTS, 0), len(desk.topics[Topic.INCIDENTS, 0])
    stop_partition(desk.engine, place, held_from, "run", 50)
    desk.send(incident("INC-9"))
    rebuild(desk)
    assert "INC-9" not in desk.verdicts()
    assert store.progress(desk.engine)[place].next_offset == held_from


def test_what_was_purged_does_not_come_back(desk: Desk) -> None:
    late, person = 24 * 365, [{"person_key": "key-of-ana"}]
    ends: Any = {"status": "closed", "closed_at": at(40)}
    desk.receive(incident(victims=person, **ends), crime(victims=person, revision=1), crime(victims=person, revision=2))
    desk.review(hours=late)
    (page,) = purge(desk.engine, desk.judge, Order(clock(100), clock(late), None, WHO, "the schedule"))
    assert page.incidents == 1
    before = kept(desk)
    rebuild(desk, hours=late)
    assert kept(desk)["incident_revisions"] == before["incident_revisions"]
    assert kept(desk)["crime_revisions"] == before["crime_revisions"]
    assert kept(desk)["verdicts"] == before["verdicts"]
    assert desk.rows(person_logs) == desk.rows(crime_marks) == []
    assert b"key-of-ana" not in repr(kept(desk)).encode()


def test_known_time_does_not_fall(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(20))
    desk.review(hours=30)
    assert desk.known() == clock(20)
    with writing(desk.engine) as connection:
        connection.execute(update(tables.known_times).values(known=clock(22)))
    rebuild(desk, hours=30)
    assert desk.known() == clock(22)


@pytest.fixture
def readers(postgres: Postgres) -> Iterator[tuple[Desk, str]]:
    """A desk on PostgreSQL, and a role that has no rights there yet."""
    desk, role = Desk(store_at(postgres.fresh())), f"reader_{os.getpid()}"
    postgres.do(f"CREATE ROLE {role}")
    yield desk, role
    with writing(desk.engine) as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
    desk.engine.dispose()
    postgres.do(f"DROP ROLE {role}")


def test_who_may_read_the_tables_still_may(readers: tuple[Desk, str]) -> None:
    desk, role = readers
    with writing(desk.engine) as connection:
        connection.execute(text(f"GRANT SELECT, UPDATE ON cases TO {role} WITH GRANT OPTION"))
        connection.execute(text(f"GRANT SELECT (force, content) ON verdicts TO {role}"))
        connection.execute(text(f"GRANT USAGE ON SEQUENCE outbox_number_seq TO {role}"))
        connection.execute(text("GRANT SELECT ON progress TO PUBLIC"))
        connection.execute(text(f"ALTER TABLE queue OWNER TO {role}"))
        before = connection.execute(_RIGHTS_OF).all()
    rebuild(busy(desk))
    with reading(desk.engine) as connection:
        assert connection.execute(_RIGHTS_OF).all() == before


# As PostgreSQL shows them; those of an owner stand only where somebody else was ever given any.
_RIGHTS_OF = text("""
    SELECT relname, CAST(relowner AS regrole), CAST(relacl AS text), array_agg(CAST(attacl AS text) ORDER BY attname)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = CAST('public' AS regnamespace) AND relkind IN ('r', 'S') AND attnum > 0
    GROUP BY 1, 2, 3 ORDER BY 1
""")


def test_what_rests_on_the_tables_is_named_before_anything_is_done(readers: tuple[Desk, str]) -> None:
    desk, _ = readers
    make_a_view(desk)
    topics = FakeTopics(desk)
    with pytest.raises(UserError, match=r"rest on the tables \(view reports.open_cases\): drop them first"):
        rebuild(desk, topics=topics)
    assert topics.batches_read == 0


def test_what_comes_to_rest_on_the_tables_meanwhile_is_not_dropped(readers: tuple[Desk, str]) -> None:
    desk, _ = readers
    busy(desk)

    class Interrupted(FakeTopics):
        def begins(self) -> Places:
            make_a_view(desk)
            return super().begins()

    with pytest.raises(UserError, match=r"\(view reports.open_cases\)"):
        rebuild(desk, topics=Interrupted(desk))
    with reading(desk.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM reports.open_cases")) == 3


def make_a_view(desk: Desk) -> None:
    with writing(desk.engine) as connection:
        connection.execute(text("CREATE SCHEMA reports"))
        connection.execute(text("CREATE VIEW reports.open_cases AS SELECT * FROM cases"))


@given(worlds(), st.integers(0, 2))
@settings(max_examples=15, deadline=None, suppress_health_check=[*HealthCheck])
def test_whatever_happened_the_same_comes_of_it(new_desk: NewDesk, world: World, damage: int) -> None:
    desk = new_desk()
    desk.judge = store.judge_with(load_rulebook(), world.mappings)
    desk.receive(*world.lines)
    desk.review(now=world.now)
    before, told = [*store.stored_verdicts(desk.engine)], desk.alerts()
    if damage:
        with writing(desk.engine) as connection:
            connection.execute(delete([tables.crime_revisions, tables.dependencies][damage - 1]))
    said: list[str] = []
    url = desk.engine.url.render_as_string(hide_password=False)
    Rebuild(desk.engine, url, desk.judge, lambda: world.now, said.append, WHO).run(FakeTopics(desk))
    assert [*store.stored_verdicts(desk.engine)] == before
    assert desk.alerts() == told
