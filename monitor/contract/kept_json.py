"""JSON that is kept for a while."""

import orjson


def kept_json(value: object, option: int | None = None) -> bytes:
    """As `orjson.dumps`, but no larger than it is long: what orjson returns holds on to the 8 kB it was written in."""
    return bytes(memoryview(orjson.dumps(value, option=option)))
