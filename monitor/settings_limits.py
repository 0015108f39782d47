"""Settings of when to stop and when to call oneself dead: part of `Settings`, and read in the same way."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator


def _whole(least: int, most: int) -> BeforeValidator:
    def read(value: Any) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {value!r}")
        return number

    return BeforeValidator(read)


def _share(value: Any) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(f"must be a share from 0 to 1, such as 0.1, not {value!r}")
    return share


class LimitSettings(BaseModel):
    # A partition is no longer read once more than so many of its messages in a row cannot be read; 0: never for that.
    dead_letter_run: Annotated[int, _whole(0, 1_000_000)] = 50
    # … or more than this share of the last so many messages; 1: never for that.
    dead_letter_share: Annotated[float, BeforeValidator(_share)] = 0.1
    dead_letter_window: Annotated[int, _whole(10, 1_000_000)] = 1000
    # How long the worker may stand still, with messages to read, before /live fails.
    live_seconds: Annotated[int, _whole(10, 86_400)] = 120
