"""What waits to be sent: dead letters and alerts, each once."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from monitor import store
from monitor.contract.topics import Topic
from monitor.store import Kind, Outcome
from monitor.store.engine import reading
from tests.builders import Line, incident
from tests.store.desk import Desk, clock

NO_JSON: Line = {"topic": Topic.INCIDENTS.value, "value": b"\xff\xfe no json"}
NO_TIME: Line = {"topic": Topic.CRIME_RECORDS.value, "value": {"force": "f", "crime_ref": "C1", "revision": 1}}


def test_an_unreadable_message_is_kept_to_the_byte_with_the_reason(desk: Desk) -> None:
    merged = desk.receive(incident(), NO_JSON)
    assert merged.outcomes == {(Topic.INCIDENTS, Outcome.MERGED): 1, (Topic.INCIDENTS, Outcome.UNREADABLE): 1}
    assert merged.dead_letters == {"not_json": 1}
    (letter,) = store.unsent(desk.engine)
    headers = dict(letter.headers)
    assert (letter.kind, letter.topic) == (Kind.DEAD_LETTER, Topic.DEAD_LETTERS)
    assert (letter.key, letter.value) == (b"key", b"\xff\xfe no json")
    assert headers.pop("detail").startswith(b"the value is not JSON")
    assert headers == {
        "trace": b"1",
        "reason": b"not_json",
        "topic": b"incidents",
        "partition": b"0",
        "offset": b"1",
        "id": letter.id.encode(),
    }


def test_the_reason_names_the_field(desk: Desk) -> None:
    desk.receive(NO_TIME)
    headers = dict(store.unsent(desk.engine)[0].headers)
    assert (headers["reason"], headers["field"]) == (b"missing_field", b"updated_at")


def test_a_tombstone_keeps_its_empty_value(desk: Desk) -> None:
    (message,) = desk.send({"topic": Topic.DECISIONS.value, "value": b""})
    bare = store.Received(message.topic, 0, 0, message.broker_time, message.content, None, None)
    desk.merge([bare])
    (letter,) = store.unsent(desk.engine)
    assert (letter.key, letter.value) == (None, None)


def test_headers_of_our_names_are_ours(desk: Desk) -> None:
    (message,) = desk.send(NO_JSON)
    headers = (("reason", b"mine"), ("id", b"mine"), ("ce_id", b"theirs"))
    desk.merge([store.Received(message.topic, 3, 9, message.broker_time, message.content, b"k", b"v", headers)])
    (letter,) = store.unsent(desk.engine)
    assert [name for name, _ in letter.headers].count("reason") == 1
    assert dict(letter.headers)["reason"] == b"not_json"
    assert dict(letter.headers)["ce_id"] == b"theirs"
    assert dict(letter.headers)["id"] == letter.id.encode()


def test_a_message_read_again_is_one_dead_letter(desk: Desk) -> None:
    sent = desk.send(NO_JSON)
    desk.merge(sent)
    desk.merge(sent)
    assert len(store.unsent(desk.engine)) == 1
    store.mark_sent(desk.engine, [store.unsent(desk.engine)[0].number], clock(1))
    desk.merge(sent)
    assert store.unsent(desk.engine) == []


def test_another_message_at_that_place_is_another_dead_letter(desk: Desk) -> None:
    desk.receive(NO_JSON)
    desk.topics[Topic.INCIDENTS, 0].clear()  # the topic was made anew
    desk.receive({**NO_JSON, "value": b"something else"})
    assert len(store.unsent(desk.engine)) == 2


def test_what_is_sent_is_not_handed_out_again(desk: Desk) -> None:
    desk.receive(*([NO_JSON] * 5))
    first, *others = store.unsent(desk.engine, limit=3)
    assert store.unsent_count(desk.engine) == 5
    store.mark_sent(desk.engine, [first.number], clock(1))
    assert store.unsent(desk.engine, limit=2) == others
    assert store.unsent_count(desk.engine) == 4


@pytest.mark.parametrize("numbers", [[], [999]])
def test_marking_nothing_or_what_is_not_there_does_nothing(desk: Desk, numbers: list[int]) -> None:
    desk.receive(NO_JSON)
    store.mark_sent(desk.engine, numbers, clock(1))
    assert len(store.unsent(desk.engine)) == 1


def test_messages_come_in_the_order_in_which_they_were_written(desk: Desk) -> None:
    desk.receive(*([NO_JSON] * 30))
    numbers = [message.number for message in store.unsent(desk.engine)]
    offsets = [int(dict(message.headers)["offset"]) for message in store.unsent(desk.engine)]
    assert numbers == sorted(numbers)
    assert offsets == list(range(30))


def test_large_messages_are_handed_out_a_few_at_a_time_and_one_at_least(desk: Desk) -> None:
    desk.receive(*({**NO_JSON, "value": b"no json" + bytes(1000 * size)} for size in (1, 1, 5, 1)))
    all_of_them = store.unsent(desk.engine)
    assert store.unsent(desk.engine, most_bytes=3000) == all_of_them[:2]
    store.mark_sent(desk.engine, [each.number for each in all_of_them[:2]], clock(1))
    assert store.unsent(desk.engine, most_bytes=3000) == all_of_them[2:3]
    assert store.unsent(desk.engine) == all_of_them[2:]


def test_what_waits_for_one_topic_is_found_without_a_look_at_what_waits_for_others(tmp_path: Path) -> None:
    engine = store.open_store(f"sqlite:///{tmp_path}/monitor.db")
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    store.unsent(engine, topic=Topic.DEAD_LETTERS)
    (sizes,) = [(statement, values) for statement, values in asked if "outbox" in statement]
    with reading(engine) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sizes[0]}", sizes[1]).all()
    assert [row[3] for row in plan] == ["SEARCH outbox USING INDEX outbox_unsent (topic=?)"]
    engine.dispose()
