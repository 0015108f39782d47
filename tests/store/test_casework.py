import orjson
import pytest
from sqlalchemy import Engine

from monitor.store.audit import Deed, entries
from monitor.store.casework import ChangedHands, Holder, UnknownCase, hand_over, holder_of
from monitor.store.engine import reading
from monitor.store.people import Actor, colleagues, names
from tests.builders import FORCE, incident
from tests.store.desk import Desk

KEY = (FORCE, "INC-1")
ANN = Actor("ann", "Ann Registrar", "registrar")
BEN = Actor("ben", "Ben Bureau", "bureau")


def give(engine: Engine, to: str | None, by: Actor, seen: int) -> Holder:
    return hand_over(engine, KEY, to, Deed(FORCE, "took" if to == by.subject else "handed over", by, KEY[1]), seen)


def holder(engine: Engine) -> Holder:
    with reading(engine) as connection:
        return holder_of(connection, KEY)


@pytest.fixture(autouse=True)
def _a_case(desk: Desk) -> None:
    desk.receive(incident())


def test_nobody_holds_a_case_at_first(engine: Engine) -> None:
    assert holder(engine) == Holder(None)


def test_a_case_that_is_not_known_cannot_be_taken(engine: Engine) -> None:
    with pytest.raises(UnknownCase):
        hand_over(engine, (FORCE, "INC-9"), "ann", Deed(FORCE, "took", ANN, "INC-9"), 0)
    assert [*entries(engine, FORCE)] == []


def test_a_case_is_taken_handed_over_and_put_back(engine: Engine) -> None:
    assert give(engine, "ann", ANN, 0) == holder(engine)
    assert (holder(engine).subject, holder(engine).changes) == ("ann", 1)
    give(engine, "ben", ANN, 1)
    assert (holder(engine).subject, holder(engine).given_by) == ("ben", "ann")
    give(engine, None, BEN, 2)
    assert (holder(engine).subject, holder(engine).changes) == (None, 3)


def test_each_change_is_in_the_audit_log_with_from_and_to(engine: Engine) -> None:
    give(engine, "ann", ANN, 0)
    give(engine, "ben", ANN, 1)
    said = [orjson.loads(entry.content) for entry in entries(engine, FORCE, incident_ref="INC-1")]
    assert [(each["action"], each["detail"]) for each in said] == [
        ("took", {"from": None, "to": "ann"}),
        ("handed over", {"from": "ann", "to": "ben"}),
    ]


def test_the_second_to_take_a_case_is_told_who_has_it_and_changes_nothing(engine: Engine) -> None:
    give(engine, "ann", ANN, 0)
    with pytest.raises(ChangedHands) as told:
        give(engine, "ben", BEN, 0)
    assert (told.value.holder.subject, told.value.name) == ("ann", "Ann Registrar")
    assert holder(engine).subject == "ann"
    assert len([*entries(engine, FORCE)]) == 1


def test_whoever_worked_at_the_desk_is_known_by_name(engine: Engine) -> None:
    give(engine, "ann", ANN, 0)
    give(engine, "ben", BEN, 1)
    with reading(engine) as connection:
        assert names(connection, FORCE) == {"ann": "Ann Registrar", "ben": "Ben Bureau"}
        assert colleagues(connection, FORCE, {"bureau"}) == [BEN]
        assert colleagues(connection, "synthetic-southshire", {"bureau"}) == []
