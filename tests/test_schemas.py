"""schemas/ is what the models say, and the examples in it are what both the schemas and the codec read."""

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from monitor.contract.codec import decode
from monitor.contract.schemas import MODELS, files, schema_of
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.web.api.document import document

FOLDER = Path(__file__).parent.parent / "schemas"
OPENAPI = "api-v1.openapi.json"


@cache
def validator(topic: Topic) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema_of(topic), format_checker=jsonschema.FormatChecker())


def example(topic: Topic) -> bytes:
    return (FOLDER / "examples" / f"{topic}.v1.json").read_bytes()


def test_every_schema_stands_as_the_models_make_it() -> None:
    stale = [name for name, text in files().items() if (FOLDER / name).read_text("utf-8") != text]
    assert not stale, f"run make schemas: {stale}"


def test_no_schema_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == {*files(), OPENAPI}


def test_the_document_of_the_api_stands_as_its_routes_make_it() -> None:
    assert (FOLDER / OPENAPI).read_text("utf-8") == document(), "run make schemas"


@pytest.mark.parametrize("topic", MODELS)
def test_each_example_fits_its_schema(topic: Topic) -> None:
    validator(topic).validate(json.loads(example(topic)))


@pytest.mark.parametrize("topic", INPUT_TOPICS)
def test_each_example_can_be_read_and_holds_nothing_unknown(topic: Topic) -> None:
    assert decode(topic, example(topic)).event.unmapped == ()


@pytest.mark.parametrize("topic", MODELS)
def test_an_example_without_its_force_does_not_fit(topic: Topic) -> None:
    lacking = json.loads(example(topic))
    del lacking["force"]
    with pytest.raises(jsonschema.ValidationError):
        validator(topic).validate(lacking)


def test_a_decision_needs_what_its_action_needs() -> None:
    lacking = json.loads(example(Topic.DECISIONS))
    del lacking["rationale"]
    with pytest.raises(jsonschema.ValidationError):
        validator(Topic.DECISIONS).validate(lacking)


def test_every_conformance_event_fits_its_schema_where_it_holds_canonical_values() -> None:
    scenarios = json.loads((Path(__file__).parent / "conformance" / "scenarios.json").read_text())
    unusual = {"expect-17"}  # written in capitals on purpose
    for scenario in scenarios:
        for event in scenario["events"]:
            if scenario["id"] not in unusual:
                validator(Topic(event["topic"])).validate(event["value"])
