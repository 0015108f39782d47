from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, text

from monitor.contract.audit import AuditHead
from monitor.store import Kind, audit, unsent
from monitor.store.audit import GENESIS, Deed, append, append_within, entries, exported, tell_heads
from monitor.store.audit_check import check_audit, guards_gone
from monitor.store.engine import writing
from monitor.store.guards import EVERYWHERE, ONLY_SQLITE
from monitor.store.people import Actor

FORCE = "synthetic-northshire"
REGISTRAR = Actor("registrar-7", "Synthetic Registrar", "registrar")


def look(engine: Engine, times: int = 1, ref: str = "INC-1", force: str = FORCE) -> None:
    for _ in range(times):
        append(engine, Deed(force, "looked", REGISTRAR, ref, {"page": "incident"}))


def said(engine: Engine, force: str = FORCE) -> list[dict[str, Any]]:
    return [orjson.loads(entry.content) for entry in entries(engine, force)]


def told(engine: Engine) -> list[AuditHead]:
    messages = [each for each in unsent(engine, 1000) if each.kind is Kind.AUDIT_HEAD]
    return [AuditHead.model_validate_json(each.value or b"") for each in messages]


def faults(engine: Engine, heads: list[AuditHead] | None = None, force: str = FORCE) -> list[str]:
    chains = {chain.force: chain for chain in check_audit(engine, None, heads or [])}
    return chains[force].faults


def all_heads(engine: Engine, force: str = FORCE) -> list[AuditHead]:
    """As somebody outside would have kept them."""
    found = entries(engine, force)
    return [AuditHead(force=force, number=each.number, hash=each.hash.hex(), at=each.at) for each in found]


def tamper(engine: Engine, *statements: str) -> None:
    """As somebody who may do everything in the database: the guards are taken away first."""
    with writing(engine) as connection:
        sqlite = connection.dialect.name == "sqlite"
        for table in EVERYWHERE:
            names = [*EVERYWHERE[table], *ONLY_SQLITE.get(table, ())] if sqlite else []
            for name in names:
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            if not sqlite:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


def test_entries_are_numbered_and_each_hash_follows_from_the_one_before(engine: Engine) -> None:
    look(engine, 3)
    found = [*entries(engine, FORCE)]
    assert [entry.number for entry in found] == [1, 2, 3]
    before = GENESIS
    for entry in found:
        assert entry.hash == sha256(before + entry.content).digest()
        before = entry.hash


def test_an_entry_says_who_did_what_to_what_and_when(engine: Engine) -> None:
    look(engine)
    (entry,) = said(engine)
    assert entry.pop("at").endswith("Z")
    assert entry == {
        "force": FORCE,
        "number": 1,
        "action": "looked",
        "by": "registrar-7",
        "name": "Synthetic Registrar",
        "role": "registrar",
        "incident_ref": "INC-1",
        "detail": {"page": "incident"},
    }


def test_each_force_has_a_chain_of_its_own(engine: Engine) -> None:
    look(engine, 2)
    look(engine, 1, force="synthetic-southshire")
    assert [each["number"] for each in said(engine, "synthetic-southshire")] == [1]
    assert audit.forces(engine) == [FORCE, "synthetic-southshire"]
    assert [chain.faults for chain in check_audit(engine)] == [[], []]


def test_the_entries_of_one_incident_are_found(engine: Engine) -> None:
    look(engine, 2)
    look(engine, 1, ref="INC-2")
    assert [entry.number for entry in entries(engine, FORCE, incident_ref="INC-2")] == [3]


def test_a_transaction_that_fails_leaves_no_entry_and_no_gap(engine: Engine) -> None:
    look(engine)
    with suppress(ZeroDivisionError), writing(engine) as connection:
        append_within(connection, Deed(FORCE, "looked", REGISTRAR))
        raise ZeroDivisionError
    look(engine)
    assert [entry["number"] for entry in said(engine)] == [1, 2]
    assert faults(engine) == []


def test_many_at_once_still_make_one_chain(engine: Engine) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: look(engine), range(40)))
    assert [entry["number"] for entry in said(engine)] == [*range(1, 41)]
    assert faults(engine) == []


def test_a_line_of_the_export_lets_anybody_work_out_its_hash(engine: Engine) -> None:
    look(engine, 2)
    before = GENESIS
    for line in map(exported, entries(engine, FORCE)):
        read = orjson.loads(line)
        content = orjson.dumps(read["entry"], option=orjson.OPT_SORT_KEYS)
        assert read["hash"] == sha256(before + content).hexdigest()
        before = bytes.fromhex(read["hash"])


def test_the_head_is_told_every_hundred_entries(engine: Engine) -> None:
    look(engine, audit.TELL_EVERY - 1)
    assert told(engine) == []
    look(engine, 2)
    assert [(head.force, head.number) for head in told(engine)] == [(FORCE, audit.TELL_EVERY)]
    assert faults(engine, told(engine)) == []


def test_the_head_is_told_at_once_where_that_is_asked_for(engine: Engine) -> None:
    with writing(engine) as connection:
        append_within(connection, Deed(FORCE, "decided", REGISTRAR, "INC-1"), tell=True)
    assert [head.number for head in told(engine)] == [1]


def test_a_head_that_fell_silent_is_told_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    look(engine, 3)
    assert tell_heads(engine) == 0
    monkeypatch.setattr(audit, "TELL_WITHIN", timedelta(0))
    assert tell_heads(engine) == 1
    assert tell_heads(engine) == 0
    assert [head.number for head in told(engine)] == [3]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE audit_entries SET content = hash WHERE number = 2", "entry 2 is not what was entered"),
        ("UPDATE audit_entries SET hash = content WHERE number = 2", "entry 2 is not what was entered"),
        ("UPDATE audit_entries SET at = at + 1 WHERE number = 2", "entry 2 has a force, number, time or incident"),
        ("UPDATE audit_entries SET incident_ref = 'X' WHERE number = 2", "entry 2 has a force, number, time"),
        ("UPDATE audit_entries SET incident_ref = NULL WHERE number = 2", "entry 2 has a force, number, time"),
        ("DELETE FROM audit_entries WHERE number = 2", "entry 2 is missing"),
        ("DELETE FROM audit_entries WHERE number IN (1, 2)", "entries 1 to 2 are missing"),
        ("DELETE FROM audit_entries WHERE number = 4", "its head is entry 4, and the log ends at 3"),
        ("DELETE FROM audit_entries", "its head is entry 4, and the log ends at 0"),
        ("DELETE FROM audit_heads", "its head is missing"),
        (
            "UPDATE audit_heads SET hash = (SELECT hash FROM audit_entries WHERE number = 1)",
            "its head is entry 4, and the log ends otherwise",
        ),
        (
            "INSERT INTO audit_entries SELECT force, 5, at, incident_ref, content, hash FROM audit_entries LIMIT 1",
            "entry 5 is not what was entered",
        ),
    ],
)
def test_whatever_is_changed_is_found(engine: Engine, statement: str, expected: str) -> None:
    look(engine, 4)
    assert faults(engine) == []
    tamper(engine, statement)
    assert any(fault.startswith(expected) for fault in faults(engine)), faults(engine)


def test_a_cut_that_takes_the_head_with_it_is_found_by_a_head_kept_elsewhere(engine: Engine) -> None:
    look(engine, 4)
    heads = all_heads(engine)
    tamper(
        engine,
        "DELETE FROM audit_entries WHERE number > 2",
        "UPDATE audit_heads SET number = 2, hash = (SELECT hash FROM audit_entries WHERE number = 2)",
    )
    assert faults(engine) == [], "nothing in the database itself tells"
    assert faults(engine, heads) == [
        "the topic of heads was told of entry 4, and the log ends at 2: its end is cut off"
    ]


def test_a_log_that_was_made_anew_is_found_by_a_head_kept_elsewhere(engine: Engine) -> None:
    look(engine, 2)
    heads = all_heads(engine)
    tamper(engine, "DELETE FROM audit_entries", "DELETE FROM audit_heads")
    look(engine, 2)
    assert faults(engine) == []
    assert [fault.split(":")[0] for fault in faults(engine, heads)] == [
        "entry 1 has another hash than was told to the topic of heads",
        "entry 2 has another hash than was told to the topic of heads",
    ]


def test_a_whole_force_that_was_taken_out_is_found_by_a_head_kept_elsewhere(engine: Engine) -> None:
    look(engine, 2)
    heads = all_heads(engine)
    tamper(engine, "DELETE FROM audit_entries", "DELETE FROM audit_heads")
    assert "ends at 0: its end is cut off" in faults(engine, heads)[0]


def test_two_different_heads_for_one_entry_are_told(engine: Engine) -> None:
    look(engine, 1)
    (head,) = all_heads(engine)
    other = head.model_copy(update={"hash": "0" * 64})
    assert "two different heads were told for entry 1" in faults(engine, [head, other])


def test_one_that_is_wrong_throughout_does_not_flood_its_reader(engine: Engine) -> None:
    look(engine, 60)
    tamper(engine, "UPDATE audit_entries SET at = at + 1")
    found = faults(engine)
    assert len(found) == 21
    assert found[-1] == "more is wrong after that"


REFUSED = (
    "UPDATE audit_entries SET at = 0",
    "DELETE FROM audit_entries WHERE number = 1",
    "INSERT INTO audit_entries SELECT force, 9, at, incident_ref, content, hash FROM audit_entries LIMIT 1",
    "UPDATE audit_heads SET number = 1",
    "DELETE FROM audit_heads",
)
REFUSED_ALSO = {  # what only one of them knows
    "sqlite": ("INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE number = 1",),
    "postgresql": ("TRUNCATE audit_entries", "TRUNCATE audit_heads"),
}


def test_the_database_itself_refuses(engine: Engine) -> None:
    look(engine, 3)
    before = all_heads(engine)
    for statement in (*REFUSED, *REFUSED_ALSO[engine.dialect.name]):
        with pytest.raises(Exception, match="audit log"), writing(engine) as connection:
            connection.execute(text(statement))
        assert all_heads(engine) == before, statement
    assert faults(engine) == []


def test_a_head_is_not_replaced(engine: Engine) -> None:
    look(engine, 3)
    head = "INTO audit_heads SELECT force, 0, hash, at, 0, 0 FROM audit_heads"
    with writing(engine) as connection:
        sqlite = connection.dialect.name == "sqlite"
        connection.execute(text(f"INSERT OR REPLACE {head}" if sqlite else f"INSERT {head} ON CONFLICT DO NOTHING"))
    assert faults(engine) == []


def test_guards_that_are_gone_are_told(engine: Engine) -> None:
    assert guards_gone(engine) == []
    tamper(engine)
    assert "the trigger audit_entries_stay on audit_entries is gone" in guards_gone(engine)
