"""Writes schemas/ from the models: `python -m monitor.contract.schemas schemas`.

The schemas say what a producer should send: canonical values. The codec reads more than that (see the contract).
"""

import sys
from pathlib import Path
from typing import Any

import orjson
import yaml
from pydantic import TypeAdapter

from monitor.contract.alert import AlertMessage
from monitor.contract.audit import AuditHead
from monitor.contract.codec import EVENTS
from monitor.contract.events import NEEDED
from monitor.contract.topics import Topic

VERSION = 1
MODELS: dict[Topic, type[Any]] = {
    **EVENTS,
    Topic.ALERTS: AlertMessage,
    Topic.AUDIT_HEADS: AuditHead,
}
KEYS = {
    Topic.INCIDENTS: "force:incident_ref",
    Topic.CRIME_RECORDS: "force:crime_ref",
    Topic.DECISIONS: "force:incident_ref",
    Topic.HEARTBEATS: "force:feed",
    Topic.ALERTS: "force:incident_ref",
    Topic.DEAD_LETTERS: "as received",
    Topic.AUDIT_HEADS: "force",
}
SUMMARIES = {
    Topic.INCIDENTS: "Snapshots of incident logs",
    Topic.CRIME_RECORDS: "Snapshots of crime records",
    Topic.DECISIONS: "Registrars' decisions",
    Topic.HEARTBEATS: "Everything up to `as_of` has been sent",
    Topic.ALERTS: "Changes of alerts",
    Topic.DEAD_LETTERS: "What could not be read, as it came, with the reason in headers",
    Topic.AUDIT_HEADS: "Heads of the audit log, to hold it against",
}


def schema_of(topic: Topic) -> dict[str, Any]:
    schema = _without_titles(TypeAdapter(MODELS[topic]).json_schema())
    if topic == Topic.DECISIONS:
        schema["allOf"] = [_needs(action, fields) for action, fields in NEEDED.items() if fields]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"{topic} v{VERSION}"}
    return {**head, **schema}


def asyncapi() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Recording-compliance monitor",
            "version": f"{VERSION}.0.0",
            "description": "Incident logs and crime records in; alerts, dead letters and audit heads out. A topic "
            "prefix may stand before each name.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.value: _channel(topic) for topic in Topic},
        "operations": {_operation_name(topic): _operation(topic) for topic in Topic},
    }


def files() -> dict[str, str]:
    """Every file of schemas/, by its name, as it must stand."""
    written = {file_name(topic): _json(schema_of(topic)) for topic in MODELS}
    written["asyncapi.yaml"] = yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=120)
    return written


def file_name(topic: Topic) -> str:
    return f"{topic}.v{VERSION}.schema.json"


def _needs(action: str, fields: tuple[str, ...]) -> dict[str, Any]:
    return {
        "if": {"properties": {"action": {"const": action}}},
        "then": {"required": list(fields)},
    }


def _without_titles(schema: Any) -> Any:
    """Pydantic titles every field with its own name; a field may be called `title`, but none here is."""
    if isinstance(schema, dict):
        return {key: _flat(key, _without_titles(value)) for key, value in schema.items() if key != "title"}
    return [_without_titles(item) for item in schema] if isinstance(schema, list) else schema


def _flat(key: str, value: Any) -> Any:
    """What may be null is said once, though the model says it twice."""
    if key != "anyOf":
        return value
    inner = [option for choice in value for option in choice.get("anyOf", [choice])]
    return [option for at, option in enumerate(inner) if option not in inner[:at]]


def _channel(topic: Topic) -> dict[str, Any]:
    message: dict[str, Any] = {"summary": SUMMARIES[topic], "bindings": {"kafka": {"key": _key(topic)}}}
    if topic in MODELS:
        message["payload"] = {"$ref": f"./{file_name(topic)}"}
    else:
        message["contentType"] = "application/octet-stream"
        message["headers"] = _dead_letter_headers()
    return {"address": topic.value, "messages": {"message": message}}


def _key(topic: Topic) -> dict[str, Any]:
    return {"type": "string", "description": KEYS[topic]}


def _dead_letter_headers() -> dict[str, Any]:
    described = {
        "id": "The same for a letter sent again",
        "reason": "A slug",
        "detail": "A sentence that names the field",
        "field": "The field at fault, where there is one",
        "topic": "Where it stood",
        "partition": "Where it stood",
        "offset": "Where it stood",
    }
    fields = {name: {"type": "string", "description": text} for name, text in described.items()}
    return {"type": "object", "properties": fields, "required": [name for name in described if name != "field"]}


def _operation_name(topic: Topic) -> str:
    return f"{_action(topic)}-{topic}"


def _action(topic: Topic) -> str:
    return "send" if topic in {Topic.ALERTS, Topic.DEAD_LETTERS, Topic.AUDIT_HEADS} else "receive"


def _operation(topic: Topic) -> dict[str, Any]:
    return {"action": _action(topic), "channel": {"$ref": f"#/channels/{topic}"}}


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
