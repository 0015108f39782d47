"""`monitor publish` and `monitor verdicts` on a real broker."""

import json
from pathlib import Path

import pytest

from monitor.contract.topics import Topic
from monitor.settings import Settings
from tests.builders import FORCE, at, crime, heartbeat, incident
from tests.system.running import in_this_process, messages, worker

LINES = [
    json.dumps(incident("inc 1")),
    "",
    "{half of",
    json.dumps(crime("C1")),
    json.dumps({"topic": "incidents", "value": {"force": FORCE, "status": "pondered"}}),
    json.dumps({"topic": "weather", "value": {}}),
    json.dumps(["incidents", {}]),
    json.dumps({"topic": "incidents", "value": None}),
    json.dumps(heartbeat(4)),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    path.write_text("\n".join(LINES) + "\n", "utf-8")
    return path


def test_all_that_are_messages_are_sent_and_each_other_line_is_named(
    file: Path, kafka_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_this_process(kafka_settings, "publish", str(file)) == (3, "")
    said = capsys.readouterr().err
    assert "line 3: it is not JSON" in said
    assert "line 6: its topic is none of" in said
    assert "line 7: it is no object" in said
    assert said.count("line ") == 3 + said.count(": line ")
    assert f"3 sent to {kafka_settings.topic('incidents')}" in said
    sent = messages(kafka_settings, Topic.INCIDENTS)
    assert {one.key for one in sent} == {f"{FORCE}:INC 1".encode(), f"{FORCE}:".encode(), b":"}
    assert [one.key for one in messages(kafka_settings, Topic.CRIME_RECORDS)] == [f"{FORCE}:C1".encode()]
    assert [one.key for one in messages(kafka_settings, Topic.HEARTBEATS)] == [f"{FORCE}:crime-records".encode()]


def test_a_file_of_nothing_is_a_mistake(
    tmp_path: Path, kafka_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").write_text("\n\n")
    assert in_this_process(kafka_settings, "publish", str(tmp_path / "empty"))[0] == 2
    assert "nothing to send" in capsys.readouterr().err


def test_topics_that_are_not_there_are_named(
    file: Path, bare_kafka_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_this_process(bare_kafka_settings, "publish", str(file))[0] == 2
    assert "monitor topics create" in capsys.readouterr().err


def test_verdicts_that_do_not_settle_say_what_is_awaited(
    file: Path, kafka_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    in_this_process(kafka_settings, "publish", str(file))
    assert in_this_process(kafka_settings, "verdicts", "--settle", "0.3") == (4, "")
    said = capsys.readouterr().err
    assert "Not settled after 0.3 s" in said
    assert "crime-records, partition" in said


def test_the_verdicts_of_one_force_are_printed_alone(
    file: Path, kafka_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = incident("INC-9", force="synthetic-southmoor")
    file.write_text("\n".join([*LINES, json.dumps(other)]), "utf-8")
    settings = kafka_settings.model_copy(update={"clock": Settings.model_validate({"clock": at(30)}).clock})
    in_this_process(settings, "publish", str(file))
    with worker(settings, tmp_path / "log"):
        code, printed = in_this_process(settings, "verdicts", "--settle", "60", "--force", " Synthetic-SOUTHMOOR")
    assert code == 0
    assert [json.loads(line)["incident_ref"] for line in printed.splitlines()] == ["INC-9"]
    code, printed = in_this_process(settings, "verdicts")
    assert [json.loads(line)["force"] for line in printed.splitlines()] == [FORCE, "synthetic-southmoor"]
    assert in_this_process(settings, "verdicts", "--force", "nowhere") == (0, "")
