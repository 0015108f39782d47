"""What becomes of a line: its topic, key and value, or why no message can be made of it."""

import orjson
import pytest

from monitor.contract.topics import Topic
from monitor.stream.publishing import LARGEST, LineRefused, message_of
from tests.builders import FORCE, crime, decision, heartbeat, incident


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (incident(" inc  1 "), f"{FORCE}:INC 1"),
        (incident(force=" Synthetic-Northshire"), f"{FORCE}:INC-1"),
        (crime("c1"), f"{FORCE}:C1"),
        (decision("note"), f"{FORCE}:INC-1"),
        (heartbeat(1), f"{FORCE}:crime-records"),
        (heartbeat(1, "Crime Records"), f"{FORCE}:crime-records"),
    ],
)
def test_the_key_is_that_of_the_contract(line: dict[str, object], key: str) -> None:
    topic, found, value = message_of(line)
    assert (topic, found, orjson.loads(value or b"")) == (line["topic"], key.encode(), line["value"])


def test_a_cloud_event_has_the_key_of_what_it_carries() -> None:
    carried = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": incident()["value"]}
    assert message_of({"topic": "incidents", "value": carried})[1] == f"{FORCE}:INC-1".encode()


@pytest.mark.parametrize("value", [7, "text", [1], {}, {"force": 3}, {"force": "x" * 999, "incident_ref": "a"}, False])
def test_a_value_that_the_contract_cannot_read_is_sent_as_it_is(value: object) -> None:
    topic, _, sent = message_of({"topic": "incidents", "value": value})
    assert (topic, orjson.loads(sent or b"")) == (Topic.INCIDENTS, value)


def test_null_is_sent_as_an_empty_value() -> None:
    assert message_of({"topic": "crime-records", "value": None}) == (Topic.CRIME_RECORDS, b":", None)


def test_what_can_be_made_out_of_a_broken_value_is_in_its_key() -> None:
    assert message_of({"topic": "incidents", "value": {"force": "Essex"}})[1] == b"essex:"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([], "no object"),
        ({"topic": "incidents"}, "no object"),
        ({"value": {}}, "no object"),
        ({"topic": "weather", "value": {}}, "topic is none of incidents"),
        ({"topic": "recording-alerts", "value": {}}, "topic is none of"),
        ({"topic": ["incidents"], "value": {}}, "topic is none of"),
        ({"topic": "incidents", "value": "x" * LARGEST}, f"topics take {LARGEST}"),
        ({"topic": "incidents", "value": object()}, "no JSON"),
    ],
)
def test_a_line_that_no_message_can_be_made_of_is_refused(line: object, reason: str) -> None:
    with pytest.raises(LineRefused, match=reason):
        message_of(line)
