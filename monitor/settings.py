"""All settings: MONITOR_* variables, or the same names in a `.env` file of the current folder."""

import os
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from monitor.errors import UserError
from monitor.settings_alerts import AlertSettings
from monitor.settings_limits import LimitSettings
from monitor.settings_web import WebSettings

PREFIX = "MONITOR_"
ENV_FILE = ".env"

_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})")
_TOPIC_CHARACTERS = r"[A-Za-z0-9._-]*"


class SettingsError(UserError):
    """A setting that cannot be used; names the variable."""


def _brokers(value: str) -> str:
    entries = [entry.strip() for entry in value.split(",") if entry.strip()]
    matches = [_HOST_AND_PORT.fullmatch(entry) for entry in entries]
    if not entries or not all(match and 0 < int(match[2]) < 65536 for match in matches):
        raise ValueError("must be host:port, or several of them with commas between, such as 127.0.0.1:9092")
    return ",".join(entries)


def _database_url(value: str) -> str:
    """Names the driver, so that SQLAlchemy takes psycopg 3. The value is never repeated: it may hold a password."""
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite" and re.match(r"/[^?]", rest):
        return value
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and _names_a_database(value):
        return f"postgresql+psycopg://{rest}"
    raise ValueError(
        "must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE, with an @ in the password written as %40"
    )


def _names_a_database(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.port != 0 and len(parts.path) > 1 and parts.netloc.count("@") < 2
    except ValueError:  # the port is no number, or out of range
        return False


def _file_name(given: Mapping[str, Any]) -> str:
    return "shadow.db" if given.get("shadow") else "monitor.db"


def _instant(value: str | datetime) -> datetime:
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("must be a time with an offset, such as 2026-11-22T09:30:00Z")


def _existing(value: str | Path) -> Path:
    if not Path(value).exists():
        raise ValueError(f"must name a TOML file or a folder of them, and there is nothing at {value}")
    return Path(value)


Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(AlertSettings, LimitSettings, WebSettings):
    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path("data")
    shadow: bool = False  # judges and counts, and tells nobody
    broker: Annotated[str, BeforeValidator(_brokers)] = "127.0.0.1:9092"
    database_url: Annotated[str, BeforeValidator(_database_url)] = Field(
        default_factory=lambda given: f"sqlite:///{given['data_dir']}/{_file_name(given)}", repr=False
    )
    topic_prefix: str = Field(default="", pattern=f"^{_TOPIC_CHARACTERS}$", max_length=100)
    group: str = Field(default="monitor", pattern=f"^{_TOPIC_CHARACTERS}$", min_length=1, max_length=100)
    clock: Annotated[datetime, BeforeValidator(_instant)] | None = None
    force_mappings: Annotated[Path, BeforeValidator(_existing)] | None = None
    rulebook: str | None = None  # an edition's name, or the folder of its files; the monitor's own by default
    metrics_host: str = Field(default="127.0.0.1", min_length=1)
    metrics_port: Port = 9464
    log: Literal["auto", "json", "text"] = "auto"

    @property
    def bootstrap_servers(self) -> list[str]:
        return self.broker.split(",")

    @property
    def consumer_group(self) -> str:
        """A shadow reads beside the workers that tell, and takes nothing from them."""
        return f"{self.topic_prefix}{self.group}{'.shadow' if self.shadow else ''}"

    def topic(self, name: str) -> str:
        return f"{self.topic_prefix}{name}"


def load_settings(**given: object) -> Settings:
    """Settings from the environment, then `.env`, then defaults. What is `given` (and not None) stands above them all.

    Raises SettingsError with one sentence that names the variable, or the option where that was `given`.
    """
    values = _from_environment({**_from_file(Path(ENV_FILE)), **os.environ})
    options = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings.model_validate(values | options)
    except ValidationError as error:
        raise SettingsError(_sentence(error, options.keys())) from None


def _from_file(path: Path) -> dict[str, str]:
    try:
        return {name: value for name, value in dotenv_values(path).items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {path} cannot be read as UTF-8 text: {error}.") from None


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    """An empty variable counts as not set. Unknown ones (Kubernetes makes some) are left alone, unless mistyped."""
    values: dict[str, Any] = {}
    for variable, value in variables.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in Settings.model_fields:
            _refuse_mistyped(variable, name)
        elif value.strip():
            values[name] = value.strip()
    return values


def _refuse_mistyped(variable: str, name: str) -> None:
    for meant in get_close_matches(name, Settings.model_fields, n=1, cutoff=0.85):
        raise SettingsError(f"{variable} is not a setting; did you mean {PREFIX}{meant.upper()}?")


_OPTIONS = {
    "clock": "--as-of",
    "data_dir": "--data-dir",
    "database_url": "--database-url",
    "force_mappings": "--force-mapping",
    "metrics_port": "--metrics-port",
    "web_host": "--host",
    "web_port": "--port",
}


def _sentence(error: ValidationError, options: Collection[str]) -> str:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    variable = _OPTIONS[name] if name in options and name in _OPTIONS else PREFIX + name.upper()
    match first["type"], first.get("ctx", {}):
        case "value_error", {"error": reason}:
            return f"{variable} {reason}."
        case "string_pattern_mismatch", _:
            return f"{variable} may hold letters, digits, dots, dashes and underscores only, not {first['input']!r}."
        case "literal_error", {"expected": expected}:
            return f"{variable} must be {expected}, not {first['input']!r}."
        case "greater_than_equal" | "less_than_equal" | "int_parsing", _:
            return f"{variable} must be a whole number from 0 to 65535, not {first['input']!r}."
        case "bool_parsing", _:
            return f"{variable} must be true or false, not {first['input']!r}."
        case _:
            return f"{variable} cannot be used: {first['msg']}."
