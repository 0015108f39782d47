"""Dead letters on a real topic: listed, shown, sent again and put away."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from kafka import KafkaProducer

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.store.dead_letters import content_digest
from tests.builders import FORCE, Line, at, crime, incident
from tests.system.commanding import Commands
from tests.system.running import by_key, messages, send, settled, until, worker

ESCAPES = b'\x1b[2J\x07 "force": \xff \xe2\x80\xae evil'


@pytest.fixture
def settings(kafka_settings: Settings) -> Settings:
    return Settings.model_validate({**kafka_settings.model_dump(), "clock": at(2)})


@pytest.fixture
def monitor(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(settings, monkeypatch)


def put(settings: Settings, topic: Topic, value: bytes, headers: Sequence[tuple[str, bytes]] = ()) -> None:
    producer = KafkaProducer(bootstrap_servers=settings.bootstrap_servers, max_request_size=4_000_000)
    producer.send(settings.topic(topic), value, key=b"k", headers=list(headers), partition=0).get(30)
    producer.close()


def put_letter(settings: Settings, line: Line, reason: str = "not_decoded", **otherwise: str) -> str:
    """As an earlier release would have left it, that could not read what this one can."""
    value = orjson.dumps(line["value"])
    name = f"{line['topic']}/0/0"
    given = {
        "id": f"{name}/{content_digest(b'k', value)}",
        "reason": reason,
        "topic": line["topic"],
        "partition": "0",
        "offset": "0",
    } | otherwise
    headers = [("trace", b"1"), *((header, text.encode()) for header, text in given.items())]
    put(settings, Topic.DEAD_LETTERS, value, headers)
    return name


def listed(monitor: Commands, *options: str) -> list[dict[str, Any]]:
    done = monitor("dead-letters", "list", "--format", "ndjson", *options)
    assert (done.code, done.err) == (0, "")
    return [json.loads(line) for line in done.lines]


def diverted(settings: Settings, log: Path, number: int) -> None:
    """A worker runs until so many letters lie on their topic."""
    with worker(settings, log) as running:
        until(lambda: len(messages(settings, Topic.DEAD_LETTERS)) == number, 30, "the letters are sent")
        assert running.stop() == 0


def test_letters_are_listed_by_reason_topic_force_and_time_and_shown_safely(
    settings: Settings, monitor: Commands, tmp_path: Path
) -> None:
    send([incident("INC-1", updated_at="yesterday"), crime("C1", force="elsewhere", recorded_at=None)], settings)
    put(settings, Topic.INCIDENTS, ESCAPES)
    diverted(settings, tmp_path / "log", 3)

    assert {(one["reason"], one["force"], one["ref"], one["state"]) for one in listed(monitor)} == {
        ("bad_time", FORCE, "INC-1", "waiting"),
        ("missing_field", "elsewhere", "C1", "waiting"),
        ("not_json", None, None, "waiting"),
    }
    for options, number in {
        ("--reason", "not_json"): 1,
        ("--topic", "incidents"): 2,
        ("--force", " Elsewhere "): 1,
        ("--force", "nowhere"): 0,
        ("--since", "10m"): 3,
        ("--until", "10m"): 0,
        ("--since", "2099-01-01T00:00:00Z"): 0,
    }.items():
        assert len(listed(monitor, *options)) == number, options
    table = monitor("dead-letters", "list").out
    assert "3 dead letters: 1" in table
    assert "They concern 2 incidents or records by name." in table

    (bad,) = listed(monitor, "--reason", "not_json")
    shown = monitor("dead-letters", "show", bad["name"])
    assert "not JSON in UTF-8" in shown.out
    assert r"\x1b[2J\x07" in shown.out
    assert r"\xff \u202e evil" in shown.out
    assert not {"\x1b", "\x07", "\u202e"} & set(shown.out)
    assert monitor("dead-letters", "show", bad["name"], "--raw").raw == ESCAPES

    log = (tmp_path / "log").read_text("utf-8")
    assert "yesterday" not in log
    assert "evil" not in log


def test_a_letter_that_reads_now_is_merged_once_however_often_it_is_sent_again(
    settings: Settings, monitor: Commands, tmp_path: Path
) -> None:
    name = put_letter(settings, incident("INC-1"), force=FORCE, ref="INC-1")
    with worker(settings, tmp_path / "log") as running:
        first = monitor("dead-letters", "replay", name, "--wait", "30")
        assert first.code == 0
        assert first.err.splitlines()[0].startswith("1 letter sent again; 0 passed over")
        assert first.err.splitlines()[-1] == "1 merged, 0 unreadable again, 0 not read yet."
        second = monitor("dead-letters", "replay", name)
        assert second.err.startswith("0 letters sent again; 1 passed over")
        third = monitor("dead-letters", "replay", name, "--again", "--wait", "30")
        assert third.err.splitlines()[-1] == "1 merged, 0 unreadable again, 0 not read yet."
        assert by_key(settled(settings)).keys() == {f"{FORCE}:INC-1"}
        assert running.stop() == 0
    sent = messages(settings, Topic.INCIDENTS)
    assert [(one.key, orjson.loads(one.value or b""), one.headers["trace"]) for one in sent] == [
        (b"k", incident("INC-1")["value"], "1")
    ] * 2
    assert {one.headers["dead-letter"].rpartition("/")[0] for one in sent} == {name}
    assert listed(monitor) == []
    assert [one["state"] for one in listed(monitor, "--settled")] == ["merged"]


def test_a_letter_that_still_cannot_be_read_is_a_new_one_linked_to_the_first(
    settings: Settings, monitor: Commands, tmp_path: Path
) -> None:
    send([incident("INC-1", updated_at="yesterday")], settings)
    with worker(settings, tmp_path / "log") as running:
        until(lambda: len(listed(monitor)) == 1, 30, "it is diverted")
        for round_ in (2, 3):
            replayed = monitor("dead-letters", "replay", "--reason", "bad_time", "--wait", "30")
            assert replayed.err.splitlines()[-1] == "0 merged, 1 unreadable again, 0 not read yet."
            until(lambda: len(listed(monitor, "--settled")) == round_, 30, "the new letter is sent")  # noqa: B023
        assert running.stop() == 0
    letters = sorted(listed(monitor, "--settled"), key=lambda one: int(one["name"].rpartition("/")[2]))
    assert [(one["state"], one["first"]) for one in letters] == [
        ("unreadable_again", None),
        ("unreadable_again", letters[0]["id"]),
        ("waiting", letters[0]["id"]),
    ]
    assert [one["name"] for one in listed(monitor)] == [letters[-1]["name"]]


def test_a_letter_is_discarded_with_a_reason_that_is_kept(settings: Settings, monitor: Commands) -> None:
    name = put_letter(settings, incident("INC-1"))
    assert monitor("dead-letters", "discard", name).code == 2
    assert monitor("dead-letters", "discard", name, "--why", " ").code == 2
    done = monitor("dead-letters", "discard", name, "--why", "a test of the supplier")
    assert (done.code, done.err) == (0, "1 letter discarded; 0 were settled before.\n")
    again = monitor("dead-letters", "discard", name, "--why", "another reason")
    assert again.err == "0 letters discarded; 1 were settled before.\n"
    assert listed(monitor) == []
    assert [(one["state"], one["why"]) for one in listed(monitor, "--settled")] == [
        ("discarded", "a test of the supplier")
    ]
    passed_over = monitor("dead-letters", "replay", "--all")
    assert passed_over.err.startswith("0 letters sent again; 1 passed over")
    assert messages(settings, Topic.INCIDENTS) == []


def test_a_letter_that_was_cut_short_is_sent_whole_or_not_at_all(settings: Settings, monitor: Commands) -> None:
    large = b"x" * 2_000_000
    put(settings, Topic.INCIDENTS, large)
    cut = {"id": f"incidents/0/0/{content_digest(b'k', large)}", "cut-from": str(len(large))}
    put_letter(settings, incident("CUT"), **cut)
    (letter,) = listed(monitor)
    assert letter["bytes"] == len(large)
    assert monitor("dead-letters", "replay", letter["name"]).code == 0
    assert [one.value == large for one in messages(settings, Topic.INCIDENTS)] == [True] * 2

    put_letter(settings, incident("GONE"), id="incidents/3/999/ab", partition="3", offset="999")
    refused = monitor("dead-letters", "replay", "incidents/3/999")
    assert refused.code == 3
    assert "is not kept on its topic any more: it cannot be sent" in refused.err
    assert [one["state"] for one in listed(monitor) if one["name"] == "incidents/3/999"] == ["waiting"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["replay"], "or say --all"),
        (["discard", "--why", "x"], "or say --all"),
        (["list", "--since", "noon"], "--since must be a time with an offset"),
        (["list", "--topic", "logs"], "--topic must be one of incidents"),
        (["show", "incidents/0/99"], "There is no letter incidents/0/99"),
        (["replay", "incidents/0/99"], "There is no letter incidents/0/99"),
        (["discard", "incidents/0/99", "--why", "x"], "There is no letter incidents/0/99"),
    ],
)
def test_what_the_user_can_put_right_is_said_in_one_sentence(
    arguments: list[str], sentence: str, monitor: Commands
) -> None:
    refused = monitor("dead-letters", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert sentence in refused.err
    assert refused.err.count("\n") == 1


def test_nothing_open_is_said(monitor: Commands) -> None:
    assert monitor("dead-letters", "list").out == "No dead letter is open.\n"
    assert monitor("dead-letters", "list", "--reason", "bad_time").out == "No open dead letter is one of these.\n"
