from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import UserError
from monitor.settings import Settings, SettingsError, load_settings


def test_the_defaults_need_no_settings_at_all() -> None:
    settings = load_settings()
    assert settings == Settings()
    assert settings.broker == "127.0.0.1:9092"
    assert settings.database_url == "sqlite:///data/monitor.db"
    assert settings.metrics_host == "127.0.0.1"
    assert settings.clock is None


def test_variables_stand_above_the_file_and_what_is_given_above_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = tmp_path / "env"
    env.write_text("MONITOR_GROUP=file\nMONITOR_LOG=json\nMONITOR_METRICS_PORT=1\nOTHER=ignored\n")
    monkeypatch.setattr("monitor.settings.ENV_FILE", str(env))
    monkeypatch.setenv("MONITOR_GROUP", "variable")
    monkeypatch.setenv("MONITOR_METRICS_PORT", "2")
    settings = load_settings(metrics_port=3, topic_prefix=None)
    assert (settings.log, settings.group, settings.metrics_port, settings.topic_prefix) == ("json", "variable", 3, "")


def test_the_prefix_stands_before_topics_and_group() -> None:
    settings = Settings(topic_prefix="staging.")
    assert settings.topic("incidents") == "staging.incidents"
    assert settings.consumer_group == "staging.monitor"


def test_the_database_follows_the_data_folder() -> None:
    assert load_settings(data_dir=Path("/srv/monitor")).database_url == "sqlite:////srv/monitor/monitor.db"


@pytest.mark.parametrize("given", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_postgresql_address_names_its_driver(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"{given}://user:word@db.example:5432/monitor")
    assert load_settings().database_url == "postgresql+psycopg://user:word@db.example:5432/monitor"


def test_the_clock_is_read_as_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_CLOCK", "2026-06-01T10:00:00+01:00")
    assert load_settings().clock == datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_CLOCK", " ")
    monkeypatch.setenv("MONITOR_BROKER", "")
    assert load_settings() == Settings()


def test_several_brokers_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_BROKER", "kafka-1:9092, kafka-2.example:9093,[::1]:9094")
    assert load_settings().bootstrap_servers == ["kafka-1:9092", "kafka-2.example:9093", "[::1]:9094"]


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("CLOCK", "2026-06-01T10:00:00", "must be a time with an offset"),
        ("CLOCK", "yesterday", "must be a time with an offset"),
        ("CLOCK", "0001-01-01T00:00:00+14:00", "must be a time with an offset"),
        ("BROKER", "http://kafka:9092", "must be host:port"),
        ("BROKER", "kafka", "must be host:port"),
        ("DATABASE_URL", "postgresql://user:not@secret@host/monitor", "with an @ in the password written as %40"),
        ("BROKER", "kafka:70000", "must be host:port"),
        ("BROKER", ",", "must be host:port"),
        ("DATABASE_URL", "monitor.db", "must be sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "sqlite://", "must be sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "mysql://user:secret@host/monitor", "must be sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "postgresql://user:secret@host", "must be sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "postgresql://user:secret@host:70000/monitor", "must be sqlite:///FILE or postgresql://"),
        ("METRICS_PORT", "70000", "must be a whole number from 0 to 65535, not '70000'"),
        ("METRICS_PORT", "many", "must be a whole number from 0 to 65535, not 'many'"),
        ("DEAD_LETTER_RUN", "-1", "must be a whole number from 0 to 1000000, not '-1'"),
        ("DEAD_LETTER_SHARE", "10%", "must be a share from 0 to 1, such as 0.1, not '10%'"),
        ("DEAD_LETTER_WINDOW", "1.5", "must be a whole number from 10 to 1000000, not '1.5'"),
        ("LIVE_SECONDS", "5", "must be a whole number from 10 to 86400, not '5'"),
        ("LOG", "loud", "must be 'auto', 'json' or 'text', not 'loud'"),
        ("TOPIC_PREFIX", "a b", "may hold letters, digits, dots, dashes and underscores only, not 'a b'"),
        ("GROUP", "x" * 101, "cannot be used"),
        ("FORCE_MAPPINGS", "nowhere.toml", "there is nothing at nowhere.toml"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_variable(
    variable: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"MONITOR_{variable}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert isinstance(caught.value, UserError)
    assert str(caught.value).startswith(f"MONITOR_{variable} ")
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistyped_variable_is_named_with_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_DATABSE_URL", "sqlite:///x.db")
    with pytest.raises(
        SettingsError, match=r"MONITOR_DATABSE_URL is not a setting; did you mean MONITOR_DATABASE_URL\?"
    ):
        load_settings()


def test_variables_that_kubernetes_makes_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_PORT", "tcp://10.0.0.1:80")
    monkeypatch.setenv("MONITOR_SERVICE_HOST", "10.0.0.1")
    assert load_settings() == Settings()


def test_a_settings_file_that_is_no_text_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "env").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setattr("monitor.settings.ENV_FILE", str(tmp_path / "env"))
    with pytest.raises(SettingsError, match="cannot be read as UTF-8 text"):
        load_settings()


def test_the_password_is_not_shown_with_the_settings() -> None:
    assert "secret" not in repr(Settings(database_url="postgresql://user:secret@host/monitor"))
