"""Bytes and headers to an event, or the reason why not."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from monitor.contract.events import CrimeSnapshot, Decision, Event, Heartbeat, IncidentSnapshot, Offence
from monitor.contract.identity import canonical_force, canonical_ref
from monitor.contract.kept_json import kept_json
from monitor.contract.reading import AtOnce
from monitor.contract.topics import Topic

LARGEST = 1024 * 1024  # bytes of a value
EVENTS: dict[Topic, type[Event]] = {
    Topic.INCIDENTS: IncidentSnapshot,
    Topic.CRIME_RECORDS: CrimeSnapshot,
    Topic.DECISIONS: Decision,
    Topic.HEARTBEATS: Heartbeat,
}
READERS: dict[Topic, TypeAdapter[Any]] = {topic: TypeAdapter(kind) for topic, kind in EVENTS.items()}
_ANY_EVENT: TypeAdapter[Any] = TypeAdapter(Event)
_OFFENCES = TypeAdapter(Offence)
_REF_FIELD = {Topic.CRIME_RECORDS: "crime_ref", Topic.HEARTBEATS: "feed"}
_OURS = {
    "missing_field", "wrong_type", "bad_text", "bad_name", "bad_time", "out_of_range", "unknown_value",
}  # fmt: skip


class Decoded(NamedTuple):
    event: Event
    canonical: bytes  # the value as received, as canonical JSON: what tells two snapshots apart


class Unreadable(Exception):  # noqa: N818 - the contract's word for it
    """A message that cannot be read.

    `reason` is a slug out of a small closed set, `detail` the sentence, `field` the field at fault where there is one;
    `force` and `ref` are what could still be made out of whom it is about.
    """

    def __init__(
        self, reason: str, detail: str, field: str | None = None, force: str | None = None, ref: str | None = None
    ) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.field, self.force, self.ref = reason, detail, field, force, ref


def decode(topic: Topic, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()) -> Decoded:
    """Read one message of an input topic, plain or a CloudEvent of either mode. Raises `Unreadable`."""
    if not value:
        raise Unreadable("empty", "the value is empty (a tombstone): a log or record is never deleted")
    if len(value) > LARGEST:
        raise Unreadable("too_large", f"the value has {len(value)} bytes, more than {LARGEST}")
    if any(name.lower() == "content-type" and b"cloudevents-batch" in (content or b"") for name, content in headers):
        raise Unreadable("bad_cloudevent", "the message is a batch of CloudEvents: send one event a message")
    return read(topic, _parse(value))


def read(topic: Topic, value: object) -> Decoded:
    """Read a value that is JSON already. Raises `Unreadable`."""
    data = _without_envelope(value)
    if not isinstance(data, dict):
        raise Unreadable("not_an_object", "the value is JSON, but no object")
    return Decoded(read_event(topic, data), canonical(data))


def read_event(topic: Topic, data: dict[str, Any]) -> Event:
    """Read an object without an envelope, such as what `canonical` made. Raises `Unreadable`."""
    fields = {name: given for name, given in data.items() if name != "unmapped"} if "unmapped" in data else data
    unknown: list[str] = []
    try:
        event: Event = READERS[topic].validate_python(fields, context=unknown)
    except ValidationError as error:
        raise _unreadable(topic, data, error) from None
    if unknown:
        object.__setattr__(event, "unmapped", tuple(unknown))  # it is frozen for everybody else
    return event


def read_offence(ho_code: str | None, category: str | None) -> Offence:
    """Of any spelling."""
    offence: Offence = _OFFENCES.validate_python({"ho_code": ho_code, "category": category})
    return offence


def canonical(value: object) -> bytes:
    """JSON with keys sorted by code point, no spaces, nothing escaped that JSON lets stand."""
    return kept_json(value, orjson.OPT_SORT_KEYS)


def as_json(event: Event) -> dict[str, Any]:
    """Its canonical values, as JSON has them."""
    written: dict[str, Any] = _ANY_EVENT.dump_python(event, mode="json", exclude={"unmapped"})
    return written


def key_of(event: Event) -> str:
    """The message key: `force:ref`, or `force:feed` for a heartbeat."""
    if isinstance(event, CrimeSnapshot):
        return f"{event.force}:{event.crime_ref}"
    if isinstance(event, Heartbeat):
        return f"{event.force}:{event.feed.replace('_', '-')}"
    return f"{event.force}:{event.incident_ref}"


def _parse(value: bytes | str) -> object:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Unreadable("not_json", f"the value is not JSON in UTF-8: {error}") from None


def _without_envelope(value: object) -> object:
    """The data of a structured CloudEvent, or the value itself (which a binary one carries bare)."""
    if not isinstance(value, dict) or "specversion" not in value or not value.keys() & {"data", "data_base64"}:
        return value
    if "data" in value:
        data = value["data"]
        return _parse(data) if isinstance(data, str) else data
    try:
        return _parse(base64.b64decode(value["data_base64"], validate=True))
    except (binascii.Error, TypeError, ValueError):
        raise Unreadable("bad_cloudevent", "the CloudEvent's data_base64 is not base64") from None


def _unreadable(topic: Topic, data: dict[str, Any], error: ValidationError) -> Unreadable:
    first, *_ = (each for each in error.errors(include_url=False, include_input=False) if not _is_of_first_try(each))
    field = ".".join(str(part) for part in first["loc"] if part != AtOnce.AS_GIVEN) or None
    detail = f"{field} {_sentence(first)}" if field else first["msg"]
    reason = (
        first["type"] if first["type"] in _OURS else "missing_field" if first["type"] == "missing" else "wrong_type"
    )
    ref_field = _REF_FIELD.get(topic, "incident_ref")
    return Unreadable(
        reason, detail, field, _name(canonical_force, data.get("force")), _name(canonical_ref, data.get(ref_field))
    )


def _is_of_first_try(error: ErrorDetails) -> bool:
    return AtOnce.CANONICAL in error["loc"]


def _sentence(error: ErrorDetails) -> str:
    return "is missing" if error["type"] == "missing" else error["msg"]


def _name(canonical_name: Any, value: object) -> str | None:
    try:
        return canonical_name(value) or None if isinstance(value, str) else None
    except ValueError:
        return None
