"""deploy/observability.toml: the thresholds, addresses and people that everything here is made of."""

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from monitor.contract.identity import canonical_force
from monitor.errors import UserError

FILE = Path("deploy/observability.toml")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_NAMES = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
_DURATION = re.compile(r"([1-9][0-9]*)([smhd])")


def seconds(duration: str) -> int:
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError("must be a length of time such as 30s, 5m, 2h or 7d")
    return int(match[1]) * _UNITS[match[2]]


def _duration(value: str) -> str:
    seconds(value)
    return value


def _base(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s?#]+", value):
        raise ValueError("must be an http:// or https:// address without a query")
    return value.rstrip("/")


def _forces(value: dict[str, object]) -> dict[str, object]:
    return {canonical_force(force): given for force, given in value.items()}


Duration = Annotated[str, AfterValidator(_duration)]
Base = Annotated[str, AfterValidator(_base)]
Share = Annotated[float, Field(gt=0, lt=1)]
Mail = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def seconds(self, setting: str) -> int:
        """A length of time as PromQL compares it."""
        return seconds(getattr(self, setting))


class Addresses(Section):
    web: Base
    grafana: Base
    runbooks: Base


class RecordedInTime(Section):
    default: Share
    least_reports: Count
    lasting: Duration
    forces: Annotated[dict[str, Share], BeforeValidator(_forces)] = {}


class Bureau(Section):
    due_soon_lasting: Duration
    closures_factor: Annotated[float, Field(gt=1)]
    closures_more_than_usual: Count
    closures_lasting: Duration
    feed_silent_after: Duration
    feed_silent_lasting: Duration
    unmapped_most: Count
    unmapped_share: Share
    unmapped_least: Count
    unmapped_within: Duration
    unmapped_new: Count
    monitor_silent_after: Duration


class Operations(Section):
    keep_firing: Duration
    absent_after: Duration
    worker_down_after: Duration
    restarts_within: Duration
    restarts_most: Count
    stalled_after: Duration
    stalled_lasting: Duration
    lag_most: Count
    lag_growing_within: Duration
    known_time_behind_most: Duration
    known_time_behind_lasting: Duration
    incident_feed_silent_after: Duration
    dead_letters_within: Duration
    dead_letters_waiting_lasting: Duration
    review_overdue_after: Duration
    review_overdue_lasting: Duration
    review_failures_within: Duration
    relay_waiting_after: Duration
    relay_waiting_lasting: Duration
    posts_failing_within: Duration
    loop_errors_within: Duration
    database_away_after: Duration
    broker_away_after: Duration
    migration_missing_after: Duration


class Timing(Section):
    group_wait: Duration
    group_interval: Duration
    repeat_interval: Duration


class Notify(Section):
    grafana_sends: bool
    from_address: Mail = Field(alias="from")
    smarthost: Annotated[str, Field(pattern=r"^\S+:\d+$")]
    webhook: Base
    watchdog: Base
    bureau: Mail
    operations: Mail
    forces: Annotated[dict[str, Mail], BeforeValidator(_forces)] = {}
    timing: Timing


class Configuration(Section):
    addresses: Addresses
    recorded_in_time: RecordedInTime
    bureau: Bureau
    operations: Operations
    notify: Notify


def load_configuration(path: Path = FILE) -> Configuration:
    """Raises UserError with one sentence that names the file and the setting."""
    try:
        return Configuration.model_validate(tomllib.loads(path.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: {error}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as UTF-8 text: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        setting = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{path}: {setting}: {first['msg'].removeprefix('Value error, ')}.") from None


def shown(duration: str) -> str:
    """As a person says it: `30 minutes`."""
    number, unit = int(duration[:-1]), _NAMES[duration[-1]]
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
