"""Who works with the store is known, and some work allows nobody else beside it."""

from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import ProgrammingError

from monitor.errors import UserError
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import ForceMappings, TypeMapping
from monitor.store import attendance, presence
from monitor.store.attendance import attending
from monitor.store.engine import writing
from monitor.store.instants import wall_clock
from monitor.store.presence import Occupied, Presence, Work, come, judging_by, leave, present
from monitor.store.upkeep_tables import presences


def test_who_comes_is_present_until_they_leave(engine: Engine) -> None:
    worker, web = Presence(Work.WORKER, "by this"), Presence(Work.WEB)
    come(engine, worker, unless={Work.REBUILD})
    come(engine, web, unless={Work.REBUILD})
    assert present(engine) == sorted([worker, web], key=lambda each: each.kind)
    leave(engine, worker)
    assert present(engine) == [web]


def test_who_must_be_alone_does_not_come_beside_others(engine: Engine) -> None:
    worker = Presence(Work.WORKER)
    come(engine, worker, unless=())
    with pytest.raises(Occupied, match="a worker on "):
        come(engine, Presence(Work.REBUILD), unless={Work.WORKER, Work.REBUILD})
    assert present(engine) == [worker]


@pytest.mark.parametrize("ago", [timedelta(minutes=1), timedelta(days=-1)])
def test_who_has_not_said_anything_for_long_is_gone(engine: Engine, ago: timedelta) -> None:
    come(engine, Presence(Work.WORKER), unless=())
    with writing(engine) as connection:
        connection.execute(update(presences).values(seen_at=wall_clock() - ago))
    assert present(engine) == []
    come(engine, Presence(Work.REBUILD), unless={Work.WORKER})


def test_nobody_begins_to_work_during_a_rebuild(engine: Engine) -> None:
    come(engine, Presence(Work.REBUILD), unless=())
    with pytest.raises(UserError, match="`monitor rebuild` is at work"), attending(engine, Work.WORKER):
        pass
    assert [each.kind for each in present(engine)] == [Work.REBUILD]


def test_whatever_fails_once_who_is_at_work_says_so_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    again = Event()

    def failing(*_: object) -> None:
        monkeypatch.setattr(attendance, "stay", lambda *_: again.set())
        raise ProgrammingError("SELECT", None, Exception("the table is renamed just now"))

    monkeypatch.setattr(attendance, "SAY_EVERY", timedelta(seconds=0.01))
    monkeypatch.setattr(attendance, "stay", failing)
    with attending(engine, Work.WORKER):
        assert again.wait(5)
    assert [each.message for each in caplog.records] == [
        "The database was not told who works with it; it is told again."
    ]


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (Work.WORKER, Work.SHADOW, "There is a worker on .* name another in MONITOR_DATABASE_URL"),
        (Work.SHADOW, Work.WORKER, "There is a shadow on .* stop it, or give it a database of its own"),
    ],
)
def test_a_shadow_and_a_worker_that_tells_share_no_store(engine: Engine, first: Work, second: Work, says: str) -> None:
    with (
        attending(engine, first),
        attending(engine, first),
        attending(engine, Work.WEB),
        pytest.raises(UserError, match=says),
        attending(engine, second),
    ):
        pass
    with attending(engine, second):
        assert [each.kind for each in present(engine)] == [second]


def test_who_attends_is_present_meanwhile_and_says_so_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.attendance.SAY_EVERY", timedelta(milliseconds=5))
    said: list[Presence] = []

    def stay(store: Engine, who: Presence) -> None:
        presence.stay(store, who)
        said.append(who)

    monkeypatch.setattr("monitor.store.attendance.stay", stay)
    with attending(engine, Work.WORKER, "by this"):
        assert [(each.kind, each.judges_by) for each in present(engine)] == [(Work.WORKER, "by this")]
        while len(said) < 2:
            pass
    assert present(engine) == []


def test_judges_that_judge_alike_are_called_alike() -> None:
    rulebook, mappings = load_rulebook(), ForceMappings({"kent": TypeMapping({"a": "crime.theft"})})
    assert judging_by(rulebook, ForceMappings()) == judging_by(rulebook, ForceMappings())
    assert judging_by(rulebook, ForceMappings()) != judging_by(rulebook, mappings)
