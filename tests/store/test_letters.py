"""What becomes of a dead letter: waiting, sent again, merged or unreadable again, discarded."""

from datetime import UTC, datetime

from monitor import store
from monitor.contract.codec import Decoded, Unreadable, read
from monitor.contract.topics import Topic
from monitor.store import Received
from monitor.store.dead_letters import REPLAY, letter_id
from monitor.store.engine import reading
from monitor.store.letter_questions import UnreadMessage, letter_standings, open_letters, unread_about, unread_refs
from monitor.store.letter_tables import dead_letters
from monitor.store.letters import LetterInfo, LetterState, adopt, discard, mark_replayed
from tests.builders import FORCE, Line, crime, heartbeat, incident
from tests.store.desk import Desk, clock

NO_JSON: Line = {"topic": Topic.INCIDENTS.value, "value": b"\xff no json"}
NO_TIME = incident("INC-1", revision=2, updated_at=None)


def readable(message: Received) -> Decoded:
    """What a later version of the monitor might make of it."""
    return Decoded(read(message.topic, incident("INC-1", revision=2)["value"]).event, message.value or b"")


def again(desk: Desk, message: Received, content: Decoded | Unreadable, letter: str | None = None) -> Received:
    """The same bytes at the end of the topic, under the header that names the letter."""
    log = desk.topics[message.topic, message.partition]
    headers = [(REPLAY, (letter or letter_id(message)).encode())]
    log.append(message._replace(offset=len(log), content=content, headers=headers))
    return log[-1]


def unread(desk: Desk, force: str, refs: list[str]) -> list[UnreadMessage]:
    with reading(desk.engine) as connection:
        return unread_about(connection, force, refs)


def state(desk: Desk, letter: str) -> LetterState:
    return letter_standings(desk.engine, [letter])[letter].state


def test_a_letter_waits_with_what_is_known_of_it(desk: Desk) -> None:
    desk.receive(incident(), NO_TIME, NO_JSON, hours=3)
    assert open_letters(desk.engine) == {(FORCE, "missing_field"): 1, ("", "not_json"): 1}
    assert unread_refs(desk.engine) == {(FORCE, "INC-1"): 1}
    (letter,) = unread(desk, FORCE, ["INC-1", "C1"])
    assert (letter.name, letter.reason, letter.field, letter.at) == (
        "incidents/0/1", "missing_field", "updated_at", clock(3),
    )  # fmt: skip
    assert not letter.read_since


def test_its_headers_say_whom_it_is_about(desk: Desk) -> None:
    desk.receive(NO_TIME)
    headers = dict(store.unsent(desk.engine)[0].headers)
    assert (headers["force"], headers["ref"]) == (FORCE.encode(), b"INC-1")


def test_readable_messages_leave_no_letter(desk: Desk) -> None:
    desk.receive(incident(), crime())
    assert open_letters(desk.engine) == {}
    assert unread_refs(desk.engine) == {}


def test_a_force_that_was_never_read_names_no_metric(desk: Desk) -> None:
    desk.receive(incident("INC-1", force="made-up-by-garbage", updated_at=None))
    assert open_letters(desk.engine) == {("", "missing_field"): 1}
    assert unread_refs(desk.engine) == {("made-up-by-garbage", "INC-1"): 1}


def test_a_later_message_that_could_be_read_is_told(desk: Desk) -> None:
    desk.receive(NO_TIME, hours=3)
    desk.receive(incident("INC-1", revision=3), hours=4)
    assert [each.read_since for each in unread(desk, FORCE, ["INC-1"])] == [True]


def test_unread_messages_of_a_crime_record_are_found_by_its_ref(desk: Desk) -> None:
    desk.receive(crime("C1", recorded_at="yesterday"), incident("INC-2", reported_at="yesterday"))
    assert [each.topic for each in unread(desk, FORCE, ["INC-1", "C1"])] == ["crime-records"]
    assert unread(desk, "another", ["C1"]) == []


def test_a_letter_sent_again_that_reads_now_is_merged(desk: Desk) -> None:
    (message,) = desk.send(NO_TIME)
    desk.merge([message])
    mark_replayed(desk.engine, {letter_id(message): 0}, "operator")
    assert state(desk, letter_id(message)) is LetterState.REPLAYED
    assert unread_refs(desk.engine) != {}
    desk.merge([again(desk, message, readable(message))])
    assert state(desk, letter_id(message)) is LetterState.MERGED
    assert unread_refs(desk.engine) == {}


def test_a_letter_sent_again_and_unreadable_still_is_a_new_letter_linked_to_the_first(desk: Desk) -> None:
    (message,) = desk.send(NO_TIME)
    desk.merge([message])
    second = again(desk, message, message.content)
    desk.merge([second])
    third = again(desk, message, message.content)
    desk.merge([third])
    ids = [letter_id(each) for each in (message, second, third)]
    standings = letter_standings(desk.engine, ids)
    assert [(standings[name].state, standings[name].first) for name in ids] == [
        (LetterState.UNREADABLE_AGAIN, None),
        (LetterState.UNREADABLE_AGAIN, letter_id(message)),
        (LetterState.WAITING, letter_id(message)),
    ]
    assert sum(open_letters(desk.engine).values()) == 1


def test_several_letters_can_be_unreadable_again_in_one_merge(desk: Desk) -> None:
    """As `monitor rebuild` reads them: those of a partition together."""
    letters = desk.send(NO_TIME, NO_TIME, NO_TIME)
    desk.merge(letters)
    desk.merge([again(desk, each, each.content) for each in letters])
    states = letter_standings(desk.engine, [letter_id(each) for each in letters])
    assert {each.state for each in states.values()} == {LetterState.UNREADABLE_AGAIN}
    assert sum(open_letters(desk.engine).values()) == 3


def test_an_unreadable_heartbeat_is_about_no_incident(desk: Desk) -> None:
    desk.receive(heartbeat(1, feed="carrier-pigeons"))
    assert sum(open_letters(desk.engine).values()) == 1
    assert unread_refs(desk.engine) == {}


def test_once_one_reads_all_of_its_line_are_merged(desk: Desk) -> None:
    (message,) = desk.send(NO_TIME)
    desk.merge([message])
    second = again(desk, message, message.content)
    desk.merge([second])
    desk.merge([again(desk, message, readable(message))])
    states = {each.state for each in letter_standings(desk.engine, [letter_id(message), letter_id(second)]).values()}
    assert states == {LetterState.MERGED}


def test_merging_it_all_again_changes_nothing(desk: Desk) -> None:
    (message,) = desk.send(NO_TIME)
    second = again(desk, message, message.content)
    third = again(desk, message, message.content)
    desk.merge([message, second])
    desk.merge([third])
    assert state(desk, letter_id(message)) is LetterState.UNREADABLE_AGAIN
    before = desk.rows(dead_letters, "state_at")
    desk.merge([message, second, third])
    desk.merge([second])
    assert desk.rows(dead_letters, "state_at") == before


def test_a_header_that_names_another_letter_settles_nothing(desk: Desk) -> None:
    message, other = desk.send(NO_TIME, NO_JSON)
    desk.merge([message, other])
    desk.merge([again(desk, other, readable(other), letter=letter_id(message))])
    assert state(desk, letter_id(message)) is LetterState.WAITING


def test_what_was_merged_meanwhile_is_not_marked_as_sent_again(desk: Desk) -> None:
    (message,) = desk.send(NO_TIME)
    desk.merge([message])
    desk.merge([again(desk, message, readable(message))])
    mark_replayed(desk.engine, {letter_id(message): 0}, "operator")
    assert state(desk, letter_id(message)) is LetterState.MERGED


def test_a_letter_is_discarded_once_with_the_reason_and_who(desk: Desk) -> None:
    (message,) = desk.send(NO_JSON)
    desk.merge([message])
    assert discard(desk.engine, [letter_id(message), "unknown"], "a test message", "operator") == 1
    assert discard(desk.engine, [letter_id(message)], "another reason", "somebody") == 0
    standing = letter_standings(desk.engine, [letter_id(message)])[letter_id(message)]
    assert (standing.state, standing.why, standing.by) == (LetterState.DISCARDED, "a test message", "operator")
    assert open_letters(desk.engine) == {}


def test_a_letter_of_another_database_is_adopted_once(desk: Desk) -> None:
    info = LetterInfo("incidents/0/7/ab", "incidents", 0, 7, "not_json", None, None, None, datetime.now(UTC))
    adopt(desk.engine, [info])
    discard(desk.engine, [info.id], "why", "who")
    adopt(desk.engine, [info])
    assert state(desk, info.id) is LetterState.DISCARDED
